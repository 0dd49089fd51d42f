// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_energy.h"

#include <gtest/gtest.h>

#include "mapping/estimate/operator_energy.h"
#include "mapping/estimate/phases.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

void expect_same(const TransformerSpec& spec, Index macros, const Workload& workload) {
  testing::BothWays b(spec, testing::one_or_many(macros), workload);
  const InputStatistics activity = assumed_statistics(b.figures.macro());
  const ShapeEnergy ours = shape_energy(b.shape(), b.figures, activity);
  Workload with = workload;
  with.activity = {activity};
  Ledger ledger;
  book_energy(b.mapping, b.request, with, ledger);
  const auto theirs = ledger.by_component();
  for (size_t p = 0; p < kShapeParts; ++p) {
    const auto part = static_cast<ShapePart>(p);
    if (ours[part] == 0.0) continue;
    const double other = theirs.at(to_string(part)).energy.si();
    EXPECT_NEAR(ours[part], other, 1e-9 * other) << to_string(part);
  }
  EXPECT_EQ(ours.macs, macs_of(b.mapping, b.request));
}

TEST(ShapeEnergy, IsThatOfTheOperators) {
  for (const Index macros : {1, 9, 100'000}) {
    for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                        testing::tiny_mixtral(), testing::tiny_deepseek()}) {
      expect_same(spec, macros, {12, 9, 2, {}});
    }
    expect_same(testing::tiny_vit(), macros, {});
    expect_same(testing::tiny_bert(), macros, {});
  }
}

TEST(ShapeEnergy, WhileItLastsLeaksAsTilesDo) {
  const testing::BothWays b(testing::tiny_gpt(), testing::one_or_many(9), {});
  ShapeEnergy energy;
  add_static_energy(b.shape(), Seconds(2.0), 0.0, energy);
  const auto used = static_cast<double>(b.layout.tiles);
  const double expected = (2.0 * used * b.mapping.chip.power.on).si();
  EXPECT_NEAR(energy[ShapePart::leakage], expected, 1e-9 * expected);
}

TEST(ShapeEnergy, OfTrafficIsThatOfItsBytes) {
  const testing::BothWays b(testing::tiny_gpt(), testing::one_or_many(9), {});
  ShapeEnergy energy;
  add_traffic_energy(b.shape(), {1000, 3000}, energy);
  EXPECT_DOUBLE_EQ(energy[ShapePart::noc_router],
                   3000.0 * b.mapping.chip.spec.noc.router_energy.si());
  EXPECT_DOUBLE_EQ(energy.total(), energy[ShapePart::noc_router] + energy[ShapePart::noc_link]);
}

}  // namespace
}  // namespace ohm
