// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/event_work.h"

#include <gtest/gtest.h>

#include <limits>

#include "mapping/chip/fit.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/lean_plan.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(EventWork, IsThatOfStepsAndClaims) {
  TokenPlan plan = testing::chain({3, 5});
  EXPECT_EQ(event_work(plan), 2 * 40 + 2);
  plan.steps[0].claims.clear();
  EXPECT_EQ(event_work(plan), 2 * 40 + 1);
  EXPECT_EQ(event_work(TokenPlan{}), 0);
}

TEST(EventWork, IsKnownWithinTwiceBeforeThereIsAPlan) {
  for (const char* name : {"gpt2-small", "bert-base", "deit-small"}) {
    const Mapping mapping =
        map_network(build_network(testing::shipped_network(name)), testing::shipped_chip());
    const double found = event_work(plan_tokens(mapping, resolve(mapping.network.spec, {})));
    const double guess =
        event_work(std::ssize(mapping.network.matmuls), mapping.placement.tiles_used);
    EXPECT_LT(guess, 2.0 * found) << name;
    EXPECT_GT(guess, 0.5 * found) << name;
  }
}

TEST(EventWork, OfTooManyTokensOrTilesIsLeftOut) {
  EXPECT_TRUE(simulates_all(49, 500, 1024));
  EXPECT_TRUE(simulates_all(0, 0, std::numeric_limits<Index>::max()));
  EXPECT_FALSE(simulates_all(49, 500, 1024 * 256));
  EXPECT_FALSE(simulates_all(49, 50000, 1));
  EXPECT_TRUE(simulates_all(0, 7500, 1000));
  EXPECT_FALSE(simulates_all(0, 7500, 1001));
}

TEST(EventWork, OfANetworkIsLeftOutWhereTheChipDoesNotHoldIt) {
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  EXPECT_TRUE(simulates_all(network, testing::shipped_chip(), 1024));
  EXPECT_FALSE(simulates_all(network, testing::shipped_chip(), 1024 * 256));
  const ChipSpec small = testing::shipped_chip({testing::with("mesh", "{columns: 2, rows: 2}")});
  EXPECT_FALSE(simulates_all(network, small, 1));
}

TEST(EventWork, OfANetworkIsThatOfAllItsMatricesAndTiles) {
  const ChipSpec chip = testing::shipped_chip();
  const TransformerSpec network = testing::shipped_network("gpt2-small");
  const Network whole = build_network(network);
  const Index matrices = std::ssize(whole.matmuls), tiles = fit(whole, chip).tiles;
  Index last = 1;
  while (simulates_all(matrices, tiles, last + 1)) ++last;
  EXPECT_GT(last, 100);
  EXPECT_TRUE(simulates_all(network, chip, last));
  EXPECT_FALSE(simulates_all(network, chip, last + 1));
}

}  // namespace
}  // namespace ohm
