// SPDX-License-Identifier: Apache-2.0
#include "core/config/value_setter.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

struct Converter {
  Index bits = 8;
  Seconds time{1e-9};
  void visit(Visitor& v) {
    v.value(Field("bits", "bits").between(1, 16), bits);
    v.value(Field("time", "time").positive(), time);
  }
};

struct Block {
  Converter adc;
  std::string kind = "a";
  std::vector<Index> slices{2, 2};
  double twice = 0.0;  // derived
  Index visits = 0;
  void visit(Visitor& v) {
    ++visits;
    v.nested(Field("adc", "converter"), adc);
    v.value(Field("kind", "kind").one_of({"a", "b"}), kind);
    v.value(Field("slices", "slices").between(1, 8), slices);
    v.rule(adc.bits != 13, "adc", "thirteen bits");
    twice = 2.0 * static_cast<double>(adc.bits);
  }
};

std::string refused(const std::map<std::string, FieldValue>& values) {
  Block block;
  try {
    set_values(block, values);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ValueSetter, SetsNumbersTextsAndListsAndDerivesAgain) {
  Block block;
  set_values(block, {{"adc.bits", 6.0},
                     {"adc.time", 3e-9},
                     {"kind", std::string("b")},
                     {"slices", std::vector<double>{1, 1, 1}}});
  EXPECT_EQ(block.adc.bits, 6);
  EXPECT_EQ(block.adc.time.si(), 3e-9);
  EXPECT_EQ(block.kind, "b");
  EXPECT_EQ(block.slices, (std::vector<Index>{1, 1, 1}));
  EXPECT_EQ(block.twice, 12.0);
}

TEST(ValueSetter, ReadsQuantitiesWithUnits) {
  Block block;
  set_values(block, {{"adc.time", std::string("2 ns")}});
  EXPECT_EQ(block.adc.time.si(), 2e-9);
}

TEST(ValueSetter, WithoutValuesVisitsNothing) {
  Block block;
  set_values(block, {});
  EXPECT_EQ(block.visits, 0);
}

TEST(ValueSetter, RefusesWhatAReaderWould) {
  EXPECT_EQ(refused({{"adc.bits", 17.0}}), "adc.bits: 17; expected at least 1 and at most 16");
  EXPECT_EQ(refused({{"adc.bits", 2.5}}), "adc.bits: 2.5; expected a whole number");
  EXPECT_EQ(refused({{"adc.bits", std::string("x")}}),
            "adc.bits: no number; expected a number, in SI units where the field has a unit");
  EXPECT_EQ(refused({{"adc.time", 0.0}}), "adc.time: 0; expected more than 0 and at most inf");
  EXPECT_EQ(refused({{"kind", std::string("c")}}), "kind: 'c'; expected one of: a, b");
  EXPECT_EQ(refused({{"kind", 1.0}}), "kind: a number; expected a text");
  EXPECT_EQ(refused({{"slices", std::vector<double>{9}}}),
            "slices: 9; expected at least 1 and at most 8");
  EXPECT_EQ(refused({{"adc.bits", 13.0}}), "adc: thirteen bits");
}

TEST(ValueSetter, RefusesKeysThatTheSpecDoesNotHave) {
  EXPECT_NE(refused({{"adc.bitz", 6.0}}).find("adc.bitz"), std::string::npos);
  EXPECT_NE(refused({{"dac.bits", 6.0}}).find("dac.bits"), std::string::npos);
}

}  // namespace
}  // namespace ohm
