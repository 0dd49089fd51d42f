// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/assumptions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> of(const TransformerSpec& spec,
                            const std::vector<Override>& overrides = {}) {
  const Mapping m = map_network(build_network(spec), testing::shipped_chip(overrides));
  return assumptions_of(m, resolve(spec, {}));
}

TEST(Assumptions, NameWhatTheNetworkAdds) {
  EXPECT_THAT(of(testing::tiny_gpt()),
              AllOf(Contains(HasSubstr("once per generated token")),
                    Not(Contains(HasSubstr("experts"))), Not(Contains(HasSubstr("stack")))));
  EXPECT_THAT(of(testing::tiny_mixtral()), Contains(HasSubstr("groups of neighbours")));
  EXPECT_THAT(of(testing::tiny_deepseek()), Contains(HasSubstr("absorbed")));
  EXPECT_THAT(of(testing::tiny_t5()), Contains(HasSubstr("second stack")));
}

TEST(Assumptions, NameWhatNarrowKeysLeaveOut) {
  const auto keeps = HasSubstr("queries keep 8 bits"), scales = HasSubstr("scales and zeros");
  for (const char* bits : {"8", "16"}) {
    EXPECT_THAT(of(testing::tiny_gpt(), {testing::with("kv_bits", bits)}),
                AllOf(Not(Contains(keeps)), Not(Contains(scales))));
  }
  EXPECT_THAT(
      of(testing::tiny_gpt(), {testing::with("kv_bits", "4")}),
      AllOf(Contains(keeps), Contains(scales), Not(Contains(HasSubstr("takes the cells")))));
  EXPECT_THAT(of(testing::tiny_gpt(),
                 {testing::with("kv_bits", "4"), testing::with("attention", "attention_rram_kv")}),
              Contains(HasSubstr("of 4 bits takes the cells and reads of a weight of 8")));
}

TEST(Assumptions, NameWhatTheMappingAdds) {
  EXPECT_THAT(of(testing::tiny_gpt()), Not(Contains(HasSubstr("take turns"))));
  EXPECT_THAT(of(testing::tiny_gpt(), {testing::with("map.packing", "edge_blocks")}),
              Contains(HasSubstr("take turns")));
}

}  // namespace
}  // namespace ohm
