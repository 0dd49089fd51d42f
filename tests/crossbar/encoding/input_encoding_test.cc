// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/input_encoding.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(InputEncoding, StepsRecombineToEveryInput) {
  for (const char* encoding : {"bit_serial", "bipolar"}) {
    for (Index bits = 2; bits <= 9; ++bits) {
      for (Index width = 1; width <= bits; ++width) {
        const auto slices = input_slices({bits, width, encoding, "dynamic", 99.9});
        const Index half = Index{1} << (bits - 1);
        for (Index x = 1 - half; x < half; ++x) {
          double sum = 0.0;
          for (const InputSlice& s : slices) {
            const Index value = s.value(static_cast<std::int32_t>(x));
            EXPECT_LE(std::abs(value), s.top());
            sum += s.weight() * static_cast<double>(value);
          }
          ASSERT_EQ(sum, static_cast<double>(x)) << encoding << " " << bits << " " << width;
        }
      }
    }
  }
}

TEST(InputEncoding, BitSerialNeverDrivesANegativeValue) {
  for (const InputSlice& s : input_slices({8, 3, "bit_serial", "dynamic", 99.9})) {
    for (int x = -128; x < 128; ++x) EXPECT_GE(s.value(x), 0);
  }
}

TEST(InputEncoding, TheSignOfTwosComplementIsAStepOfItsOwn) {
  EXPECT_EQ(input_slices({8, 1, "bit_serial", "dynamic", 99.9}).size(), 8U);
  EXPECT_EQ(input_slices({8, 8, "bit_serial", "dynamic", 99.9}).size(), 2U);
  EXPECT_EQ(input_slices({8, 7, "bipolar", "dynamic", 99.9}).size(), 1U);
}

TEST(InputEncoding, PulsesRecombineToEveryInput) {
  for (const char* encoding : {"pwm", "split_pwm"}) {
    for (Index bits = 2; bits <= 9; ++bits) {
      const InputSpec spec{bits, 1, encoding, "dynamic", 99.9};
      const InputRange range = input_range(spec);
      for (Index x = range.low; x <= range.high; ++x) {
        double sum = 0.0;
        for (const InputSlice& s : input_slices(spec)) {
          sum += s.weight() * static_cast<double>(s.value(static_cast<std::int32_t>(x)));
        }
        ASSERT_EQ(sum, static_cast<double>(x)) << encoding << " " << bits;
      }
    }
  }
}

TEST(InputEncoding, APulseLastsOneReadTimePerUnit) {
  MacroSpec macro;
  macro.read.time = Seconds(1e-9);
  macro.input.encoding = "pwm";
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 127e-9);
  macro.input.encoding = "split_pwm";  // 7 bits: 4 and 3
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 15e-9);
  macro.input.encoding = "bit_serial";
  EXPECT_DOUBLE_EQ(step_time(macro).si(), 1e-9);
}

TEST(InputEncoding, AnInputOfOneBitIsASign) {
  const InputSlice only = input_slices({1, 1, "bit_serial", "dynamic", 99.9}).front();
  EXPECT_EQ(only.value(1), 1);
  EXPECT_EQ(only.value(-1), 0);
  EXPECT_EQ(only.complement(-1), 1);
}

}  // namespace
}  // namespace ohm
