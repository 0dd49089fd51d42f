// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_bands.h"

#include <gtest/gtest.h>

#include "mapping/chip/fit.h"
#include "mapping/structure/layout.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

ChipSpec joined(const std::string& size) {
  return testing::shipped_chip({testing::with("mesh", "{columns: 3, rows: 2}"),
                                testing::with("macros_per_tile", "4"),
                                testing::with("system", "[{" + size + "link: link_ucie_3d}]")});
}

ShapeNetwork closed(const Network& network, const ChipSpec& chip) {
  return shape_network(network, [&](const StaticMatmul& m) { return in_crossbars(m, chip); });
}

TEST(ShapeBands, AreThoseOfTheNetwork) {
  const ChipSpec chip = joined("");
  for (TransformerSpec spec : {testing::tiny_gpt(), testing::tiny_mixtral(),
                               testing::tiny_deepseek(), testing::tiny_bert()}) {
    spec.n_layers = 7;
    const Network network = build_network(spec);
    std::vector<Band> bands = bands_of(network, chip);
    std::erase_if(bands, [](const Band& band) { return band.layer < 0 && band.arrays == 0; });
    const std::vector<Band> found = bands_of(closed(network, chip), chip, block_shape(chip));
    ASSERT_EQ(found.size(), bands.size()) << spec.name;
    for (size_t b = 0; b < bands.size(); ++b) {
      EXPECT_EQ(found[b].layer, bands[b].layer) << spec.name;
      EXPECT_EQ(found[b].arrays, bands[b].arrays) << spec.name << b;
      EXPECT_EQ(found[b].tiles, bands[b].tiles) << spec.name << b;
    }
  }
}

TEST(ShapeBands, TakeTheChipsOfTheLayout) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  KnownBands known;
  for (int again = 0; again < 2; ++again) {
    for (const char* size : {"", "columns: 1, ", "columns: 2, rows: 5, ", "rows: 2, "}) {
      const ChipSpec chip = joined(size);
      const Layout layout = layout_of(network, chip);
      const auto& found = known.of(closed(network, chip), chip, block_shape(chip));
      ASSERT_EQ(found.has_value(), layout.bands) << size;
      if (!found) continue;
      EXPECT_EQ(found->chips, fit(network, chip).system_chips) << size;
      EXPECT_EQ(found->columns, layout.grid.columns) << size;
      EXPECT_EQ(found->columns * found->rows, found->chips * chip.n_tiles()) << size;
    }
  }
}

}  // namespace
}  // namespace ohm
