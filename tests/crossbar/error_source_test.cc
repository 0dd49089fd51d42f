// SPDX-License-Identifier: Apache-2.0
#include "crossbar/error_source.h"

#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"

namespace ohm {
namespace {

MacroSpec shipped() { return load_spec<MacroSpec>("macro", "rram_128", {{OHM_CONFIG_DIR}, {}, true}); }

TEST(ErrorSource, NoneLeavesAnIdealMacro) {
  const MacroSpec spec = with_only(shipped(), "none");
  EXPECT_EQ(spec.device.kind, "ideal");
  EXPECT_EQ(spec.device.read_noise, 0.0);
  EXPECT_EQ(spec.adc.kind, "ideal");
}

TEST(ErrorSource, EachSourceKeepsItsOwnImperfectionOnly) {
  EXPECT_EQ(with_only(shipped(), "programming").device.kind, "table");
  EXPECT_EQ(with_only(shipped(), "programming").adc.kind, "ideal");
  EXPECT_EQ(with_only(shipped(), "read_noise").device.kind, "ideal");
  EXPECT_EQ(with_only(shipped(), "read_noise").device.read_noise, shipped().device.read_noise);
  EXPECT_EQ(with_only(shipped(), "adc").adc.kind, "uniform");
  EXPECT_EQ(with_only(shipped(), "adc").device.read_noise, 0.0);
  EXPECT_EQ(with_only(shipped(), "all").adc.bits, shipped().adc.bits);
}

TEST(ErrorSource, UnknownSourcesAreRefused) {
  EXPECT_THROW(with_only(shipped(), "gremlins"), ArgumentError);
}

}  // namespace
}  // namespace ohm
