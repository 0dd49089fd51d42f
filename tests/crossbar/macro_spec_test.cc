// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

std::string refusal(const std::string& key, const std::string& value) {
  return error_text<ConfigError>([&] {
    load_spec<MacroSpec>("macro", "rram_128",
                         {{repository::configs()}, {{key, value, "--set"}}, true});
  });
}

TEST(MacroSpec, EveryShippedMacroLoadsAndReadsBackFromItsResolvedForm) {
  const ConfigOptions options{{repository::configs()}, {}, true};
  for (const std::string& name : component_names("macro", options.roots)) {
    const auto spec = load_spec<MacroSpec>("macro", name, options);
    const std::string yaml = to_yaml(resolved(spec, ConfigWriter::Quantities::text));
    const auto again = parse_spec<MacroSpec>(yaml, "resolved", {});
    EXPECT_EQ(to_yaml(resolved(again, ConfigWriter::Quantities::text)), yaml) << name;
  }
}

TEST(MacroSpec, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(refusal("array.rows_active", "129"), testing::HasSubstr("exceeds n_wordlines, 128"));
  EXPECT_THAT(refusal("array.columns_per_adc", "129"), testing::HasSubstr("exceeds n_bitlines"));
  EXPECT_THAT(refusal("adc.bits", "1"), testing::HasSubstr("levels: mid_rise (a comparator"));
  EXPECT_THAT(refusal("array.n_bitlines", "-5"), testing::HasSubstr("'-5' found"));
  EXPECT_THAT(refusal("weight.slice_bits", "[2, 2]"), testing::HasSubstr("add 3 bits"));
  EXPECT_THAT(refusal("input.slice_bits", "9"), testing::HasSubstr("from 1 to 8"));
  EXPECT_THAT(refusal("weight.encoding", "xnor"), testing::HasSubstr("set weight.bits: 1"));
  EXPECT_THAT(refusal("read.voltage", "0.2"), testing::HasSubstr("no unit"));
  EXPECT_THAT(refusal("parts", "[{name: a, count: 1e300, source: x}]"),
              testing::HasSubstr("count"));
  EXPECT_THAT(refusal("parts", "[{name: a, source: ''}]"), testing::HasSubstr("paper and table"));
  EXPECT_THAT(refusal("device", "wann_2022"), testing::HasSubstr("did you mean 'wan_2022'"));
}

TEST(MacroSpec, OneWeightMustFitOnTheBitlines) {
  const ConfigOptions options{{repository::configs()},
                              {{"array.n_bitlines", "7", "a"}, {"array.columns_per_adc", "1", "b"}},
                              true};
  EXPECT_THROW(load_spec<MacroSpec>("macro", "rram_128", options), ConfigError);
}

/// A driven macro of cells that err, and what it says to further settings.
std::string driven_refusal(const std::string& settings) {
  const std::string yaml =
      "device: wan_2022\nadc: {kind: ideal}\narray: {topology: driven, n_wordlines: 64, "
      "rows_active: 64}\n" +
      settings;
  return error_text<ConfigError>([&] {
    parse_spec<MacroSpec>(yaml, "macro.yaml", {{repository::configs()}, {}, true});
  });
}

TEST(MacroSpec, RefusesCombinationsThatAreNotModelled) {
  const auto overridden = [](const std::string& what) {
    return driven_refusal("override: {" + what + "}\n");
  };
  EXPECT_EQ(overridden("weight.pair: wordlines"), "");
  EXPECT_THAT(overridden("weight.pair: wordlines, device.iv: {model: sinh}"),
              testing::HasSubstr("nonlinear cells are not modelled with weight.pair"));
  EXPECT_THAT(
      overridden("weight.pair: wordlines, array.sensing: voltage, compensation.kind: global"),
      testing::HasSubstr("a common drift cancels"));
  EXPECT_THAT(overridden("array.sensing: voltage"), testing::HasSubstr("must share a bitline"));
  EXPECT_THAT(overridden("array.mux: gating, device.iv: {model: sinh}"),
              testing::HasSubstr("mux: gating is not modelled"));
  EXPECT_THAT(overridden("array.mux: gating, array.ir_drop: exact, weight.encoding: offset_column"),
              testing::HasSubstr("reference bitline conducts in every phase"));
  EXPECT_THAT(overridden("input.encoding: pwm, device.noise.white: thermal"),
              testing::HasSubstr("as long as a pulse"));
  EXPECT_THAT(
      overridden(
          "weight.encoding: differential_two_sided, weight.bits: 16, weight.slice_bits: [16, 1]"),
      testing::HasSubstr("at most 15 bits per slice"));
}

TEST(MacroSpec, SpeculationCoversTheInputBitSerially) {
  EXPECT_EQ(refusal("input.speculation.slice_bits", "[4, 2, 2]"), "");
  EXPECT_THAT(refusal("input.speculation.slice_bits", "[4, 2]"),
              testing::HasSubstr("hold 6 bits and the input has 8"));
  EXPECT_THAT(refusal("input.speculation.slice_bits", "[9]"), testing::HasSubstr("from 1 to 8"));
  EXPECT_THAT(refusal("input.speculation.recovery", "1.1"), testing::HasSubstr("1.1"));
}

}  // namespace
}  // namespace ohm
