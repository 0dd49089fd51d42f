// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/estimate_structure.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Closed forms of the published sizes: 80 layers of queries, keys, output and gated feed-forward.
constexpr Index kLlama70bWeights =
    80 * (8192 * (8192 + 2 * 1024) + 8192 * 8192 + 3 * 8192 * Index{28672}) + 8192 * Index{128256};

TEST(EstimateStructure, OfSeventyBillionWeightsMatchesTheArithmetic) {
  const TransformerSpec spec = testing::shipped_network("llama-3-70b");
  const Estimate e = estimate_structure(spec, testing::shipped_chip(), {1, 1, 1, {}});
  EXPECT_EQ(e.macs, kLlama70bWeights + 80 * 2 * 8192);
  EXPECT_EQ(e.kv_bytes_per_token, 160 * 1024);
  EXPECT_NEAR(e.spatial_utilisation, 1.0, 1e-9);
  EXPECT_EQ(e.fidelity, "structure");
  EXPECT_TRUE(e.exact);
  EXPECT_GE(e.makespan.si(), e.lower_bound.si());
  EXPECT_GT(e.chips, 100);
  EXPECT_NEAR(e.ledger.total().energy.si(), e.energy.si(), 1e-9 * e.energy.si());
}

TEST(EstimateStructure, CostsTheSameWhateverTheFidelity) {
  TransformerSpec spec = testing::tiny_deepseek();
  spec.n_layers = 7;
  const ChipSpec chip = testing::shipped_chip({testing::with("macros_per_tile", "4")});
  const Workload load{10, 6, 2, {}};
  const Estimate all = estimate_structure(spec, chip, load);
  const Estimate few = estimate_structure(spec, chip, load, Fidelity::shape);
  EXPECT_EQ(all.fidelity, "events");
  EXPECT_EQ(few.fidelity, "shape");
  EXPECT_EQ(all.macs, few.macs);
  EXPECT_EQ(all.chips, few.chips);
  EXPECT_NEAR(all.area / few.area, 1.0, 1e-12);
  const auto a = all.ledger.by_component(), b = few.ledger.by_component();
  for (const auto& [component, cost] : a) {
    EXPECT_EQ(cost.count, b.at(component).count) << component;
    if (component == "leakage") continue;
    EXPECT_NEAR(cost.energy.si(), b.at(component).energy.si(), 1e-9 * cost.energy.si())
        << component;
  }
  EXPECT_LE(few.makespan.si(), all.makespan.si());
}

TEST(EstimateStructure, TakesEveryKindOfNetwork) {
  for (const char* name : {"mixtral-8x7b", "t5-small", "bitnet-b1.58-2b-4t", "opt-350m"}) {
    const Estimate e =
        estimate_structure(testing::shipped_network(name), testing::shipped_chip(), {4, 3, 1, {}});
    EXPECT_GT(e.energy.si(), 0.0) << name;
    EXPECT_GE(e.makespan.si(), e.lower_bound.si()) << name;
  }
}

TEST(EstimateStructure, RefusesActivityMatrixByMatrix) {
  EXPECT_THROW(
      estimate_structure(testing::tiny_gpt(), testing::shipped_chip(), {4, 3, 1, {{}, {}}}),
      ArgumentError);
}

}  // namespace
}  // namespace ohm
