// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/validate_baseline.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/config/source.h"
#include "tests/mapping/baseline/baseline_builder.h"

namespace ohm {
namespace {

std::vector<BaselineRow> rows_of(const std::string& name) {
  return validate_baseline(testing::shipped_baseline(name), {OHM_CONFIG_DIR});
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
  for (const std::string& name : component_names("baseline", {OHM_CONFIG_DIR})) {
    for (const BaselineRow& row : rows_of(name)) {
      if (row.kind != "fitted") continue;
      EXPECT_LT(std::fabs(row.error), 0.02) << name << " " << row.ours;
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
