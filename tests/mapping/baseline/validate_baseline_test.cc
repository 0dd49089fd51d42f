// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/validate_baseline.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "core/config/source.h"
#include "tests/mapping/baseline/baseline_builder.h"
#include "tests/repository.h"

namespace ohm {
namespace {

std::vector<BaselineRow> rows_of(const std::string& name) {
  return validate_baseline(testing::shipped_baseline(name), {repository::configs()});
}

TEST(ValidateBaseline, ArithmeticRowsAgreeWithinFivePercent) {
  for (const char* name : {"h100_x8", "a100_x8"}) {
    for (const BaselineRow& row : rows_of(name)) {
      if (row.status != "computed") continue;
      EXPECT_LT(std::fabs(row.error), 0.05) << name << row.theirs;
    }
  }
}

TEST(ValidateBaseline, MeasuredRowsOfH100AreBoundedAndNear) {
  for (const char* name : {"h100", "h100_x2"}) {
    const auto rows = rows_of(name);
    EXPECT_EQ(rows.size(), 5u);
    for (const BaselineRow& row : rows) {
      EXPECT_GT(row.error, -0.15) << row.prompt << "/" << row.generate;
      EXPECT_LT(row.error, 0.60) << row.prompt << "/" << row.generate;
    }
  }
}

TEST(ValidateBaseline, FittedRowsAgreeWithWhatTheyWereFittedTo) {
  for (const std::string& name : component_names("baseline", {repository::configs()})) {
    for (const BaselineRow& row : rows_of(name)) {
      if (row.kind != "fitted") continue;
      EXPECT_LT(std::fabs(row.error), 0.02) << name << " " << row.ours;
    }
  }
}

/// No row is nearer than this by design; what is further off must not pass unseen.
TEST(ValidateBaseline, NoPredictionMissesBeyondWhatIsStated) {
  const std::map<std::string, double> stated{
      {"h100", 0.46},          {"h100_x2", 0.30},          {"h100_x8", 1.45},
      {"a100_x8", 0.05},       {"b200_x8", 0.10},          {"gb200_nvl72", 0.36},
      {"groq_lpu_x576", 0.60}, {"cerebras_wse3_x4", 0.60}, {"dmatrix_corsair", 0.20}};
  for (const std::string& name : component_names("baseline", {repository::configs()})) {
    for (const BaselineRow& row : rows_of(name)) {
      if (row.kind == "fitted" || row.status == "computed") continue;
      ASSERT_TRUE(stated.contains(name)) << name;
      EXPECT_LT(std::fabs(row.error), stated.at(name)) << name << " " << row.error;
    }
  }
}

TEST(ValidateBaseline, ErrorIsOursOverTheirs) {
  for (const BaselineRow& row : rows_of("dmatrix_corsair")) {
    EXPECT_DOUBLE_EQ(row.error, row.ours / row.theirs - 1.0);
    EXPECT_FALSE(row.source.empty());
  }
}

}  // namespace
}  // namespace ohm
