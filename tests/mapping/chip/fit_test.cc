// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/fit.h"

#include <gtest/gtest.h>

#include "mapping/chip/chip.h"
#include "mapping/chip/map_network.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(Fit, CountsGpt2SmallAsPublished) {
  const Fit f = fit(build_network(testing::shipped_network("gpt2-small")), testing::shipped_chip());
  EXPECT_EQ(f.body.weights, 84934656);
  EXPECT_EQ(f.body.arrays, 41472);
  EXPECT_DOUBLE_EQ(f.body.utilisation, 1.0);
  EXPECT_EQ(f.head.weights, 768 * 50257);
  EXPECT_EQ(f.head.arrays, 6 * 3142);
  EXPECT_EQ(f.crossbar_weights, f.body.weights + f.head.weights);
  EXPECT_EQ(f.cells, 8 * f.crossbar_weights);
  EXPECT_EQ(f.tiles, 629);
  EXPECT_EQ(f.chips, 1);
  EXPECT_TRUE(f.fits());
  EXPECT_GT(f.reticles, 1.0);
  EXPECT_EQ(std::ssize(f.rows), 12 * 4 + 1);
}

struct Body {
  const char* name;
  Index arrays;
};

TEST(Fit, AgreesWithTheArrayCountsOfLargerModels) {
  for (const Body& body : {Body{"gpt2-medium", 147456}, Body{"gpt2-large", 345600},
                           Body{"gpt2-xl", 739200}, Body{"bert-large", 147456}}) {
    EXPECT_EQ(fit(build_network(testing::shipped_network(body.name)), testing::shipped_chip())
                  .body.arrays,
              body.arrays)
        << body.name;
  }
}

TEST(Fit, TakesAsManyChipsAsANetworkNeeds) {
  const ChipSpec chip = testing::shipped_chip({testing::with("map.placement", "snake")});
  const Fit f = fit(build_network(testing::shipped_network("gpt2-xl")), chip);
  EXPECT_EQ(f.tiles, (f.arrays + 95) / 96);
  EXPECT_EQ(f.chips, (f.tiles + 675) / 676);
  EXPECT_FALSE(f.fits());
  EXPECT_NEAR(f.body.utilisation, 0.974, 0.001);
  EXPECT_DOUBLE_EQ(f.area.si(), static_cast<double>(f.tiles) * compile_chip(chip).tile_area.si());
}

TEST(Fit, AgreesWithTheMapping) {
  for (const char* head : {"crossbar", "digital"}) {
    const ChipSpec chip = testing::shipped_chip({testing::with("head", head)});
    const Network network = build_network(testing::tiny_gpt());
    const Fit f = fit(network, chip);
    const Mapping m = map_network(network, chip);
    EXPECT_EQ(f.arrays, std::ssize(m.partition.blocks));
    EXPECT_EQ(f.tiles, m.placement.tiles_used);
    EXPECT_EQ(f.crossbar_weights, m.verification.weights);
  }
}

/// 70 billion parameters at 8 bits and 2 bits per cell: 69.5 G weights in crossbars.
TEST(Fit, CountsTheCellsOfLlama70B) {
  const Network network = build_network(testing::shipped_network("llama-3-70b"));
  const std::vector<Override> wide{testing::with("macro.array.n_wordlines", "256"),
                                   testing::with("macro.array.n_bitlines", "256"),
                                   testing::with("macro.array.rows_active", "256")};
  const Fit f = fit(network, testing::shipped_chip(wide));  // differential
  EXPECT_EQ(f.crossbar_weights, 69501714432);
  EXPECT_EQ(f.cells, 8 * 69501714432);
  EXPECT_EQ(f.arrays, 8484096);
  EXPECT_DOUBLE_EQ(f.utilisation, 1.0);
}

TEST(Fit, CountsAllExpertsAndBothStacks) {
  const ChipSpec chip = testing::shipped_chip();
  EXPECT_EQ(fit(build_network(testing::shipped_network("mixtral-8x7b")), chip).body.weights,
            46440382464);
  EXPECT_EQ(fit(build_network(testing::shipped_network("t5-small")), chip).body.weights,
            18874368 + 25165824);
}

TEST(Fit, CountsTheCellsThatEdgeBlocksLeaveEmpty) {
  const Fit f = fit(build_network(testing::tiny_gpt()), testing::shipped_chip());
  EXPECT_LT(f.utilisation, 0.5);  // 32 of 128 wordlines
  for (const FitPart& row : f.rows) {
    EXPECT_DOUBLE_EQ(row.utilisation,
                     static_cast<double>(row.cells) / (16384.0 * static_cast<double>(row.arrays)));
  }
}

TEST(Fit, SaysWhetherTheChipsOfASystemSuffice) {
  const Network network = build_network(testing::shipped_network("gpt2-xl"));  // 8126 tiles of 676
  const auto on = [&](const std::string& system) {
    return fit(network, testing::shipped_chip({testing::with("system", system),
                                               testing::with("map.placement", "snake")}));
  };
  const Fit alone = on("[]"), grown = on("[{link: link_hypertransport_isaac}]");
  EXPECT_EQ(alone.chips, 13);
  EXPECT_FALSE(alone.fits());
  EXPECT_EQ(grown.chips, 13);
  EXPECT_EQ(grown.system_chips, 14);  // 2 × 7
  EXPECT_TRUE(grown.fits());
  EXPECT_FALSE(on("[{columns: 3, rows: 4, link: link_ucie_standard}]").fits());
  EXPECT_TRUE(on("[{columns: 13, rows: 1, link: link_ucie_standard}]").fits());
  EXPECT_NEAR(grown.chip_area.si(), alone.chip_area.si() + 2.0 * 19.0 / 14.0 * 5.72e-6, 1e-12);
}

TEST(Fit, CountsTilesOfEveryLayerForThemselvesInBands) {
  const Network network = build_network(testing::shipped_network("gpt2-xl"));
  const Fit f = fit(network, testing::shipped_chip());
  const Index of_layer = f.body.arrays / 48;
  EXPECT_EQ(f.tiles, 48 * ((of_layer + 95) / 96) + (f.head.arrays + 95) / 96);
  EXPECT_GE(f.chips, (f.tiles + 675) / 676);
  EXPECT_EQ(f.system_chips, 1);
}

TEST(Fit, CountsChipsForNetworksThatNoSystemHolds) {
  const Fit f = fit(build_network(testing::shipped_network("mt-nlg-530b")),
                    testing::shipped_chip({testing::with("macros_per_tile", "1"),
                                           testing::with("system", "[{link: link_ucie_3d}]")}));
  EXPECT_GT(f.chips, 300000);
  EXPECT_GT(f.chip_area.si(), 0.0);
}

}  // namespace
}  // namespace ohm
