// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/config/writer.h"
#include "core/error.h"

namespace ohm {
namespace {

std::string refusal(const std::string& key, const std::string& value) {
  try {
    load_spec<MacroSpec>("macro", "rram_128", {{OHM_CONFIG_DIR}, {{key, value, "--set"}}, true});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MacroSpec, EveryShippedMacroLoadsAndReadsBackFromItsResolvedForm) {
  const ConfigOptions options{{OHM_CONFIG_DIR}, {}, true};
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
  EXPECT_THAT(refusal("array.n_bitlines", "-5"), testing::HasSubstr("'-5' found"));
  EXPECT_THAT(refusal("weight.slice_bits", "[2, 2]"), testing::HasSubstr("add 3 bits"));
  EXPECT_THAT(refusal("input.slice_bits", "9"), testing::HasSubstr("from 1 to 8"));
  EXPECT_THAT(refusal("weight.encoding", "xnor"), testing::HasSubstr("set weight.bits: 1"));
  EXPECT_THAT(refusal("read.voltage", "0.2"), testing::HasSubstr("no unit"));
  EXPECT_THAT(refusal("device", "wann_2022"), testing::HasSubstr("did you mean 'wan_2022'"));
}

TEST(MacroSpec, OneWeightMustFitOnTheBitlines) {
  const ConfigOptions options{{OHM_CONFIG_DIR},
                              {{"array.n_bitlines", "7", "a"}, {"array.columns_per_adc", "1", "b"}},
                              true};
  EXPECT_THROW(load_spec<MacroSpec>("macro", "rram_128", options), ConfigError);
}

}  // namespace
}  // namespace ohm
