// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_place_spec.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

TEST(KvPlaceSpec, NamesOneOfItsMemories) {
  const std::string memories = "{place: dram_hbm3, memories: [{memory: dram_hbm3}]}";
  EXPECT_EQ(shipped_chip({with("kv", memories)}).kv.memories.front().memory.name, "dram_hbm3");
  EXPECT_NE(error_text<ConfigError>([] {
              shipped_chip({with("kv.place", "dram_hbm3")});
            }).find("kv.memories"),
            std::string::npos);
}

TEST(KvPlaceSpec, PresetsLoad) {
  for (const std::string name :
       {"dram_stacked", "memory_edram", "memory_rram", "dram_hbm3", "dram_lpddr5x"}) {
    const ChipSpec chip = shipped_chip({with("kv", "{memories: [{memory: " + name + "}]}")});
    EXPECT_GT(chip.kv.memories.front().memory.capacity.si(), 1e8) << name;
  }
}

}  // namespace
}  // namespace ohm
