// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/packed_arrays.h"

#include <gtest/gtest.h>

#include "mapping/chip/arrange.h"
#include "mapping/macros/matrix_kind.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/macros/kinds_builder.h"

namespace ohm {
namespace {

TEST(PackedArrays, AreThoseOfTheArrangement) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_mixtral()}) {
    const Network network = build_network(spec);
    for (const char* rows : {"16", "24", "32", "128"}) {
      for (const char* split : {"max", "equal", "accuracy"}) {
        const Chip chip = compile_chip(testing::shipped_chip(
            {testing::with("macro.array.n_wordlines", rows),
             testing::with("macro.array.rows_active", rows), testing::with("map.split", split),
             testing::with("macro.array.n_bitlines", "96"),
             testing::with("map.packing", "edge_blocks")}));
        const Arrangement arranged = arrange(network, chip, partition_network(network, chip));
        EXPECT_EQ(packed_arrays(network, chip), std::vector<Index>{arranged.arrays})
            << spec.name << rows << split;
      }
    }
  }
}

TEST(PackedArrays, OfKindsAreCountedKindByKind) {
  auto keys = testing::with_slc("[{match: h.*.ffn.*, macro: slc, redundancy: 2}]");
  keys.push_back(testing::with("map.packing", "edge_blocks"));
  const Chip chip = compile_chip(testing::shipped_chip(keys));
  const Network network = build_network(testing::tiny_gpt());
  const Arrangement arranged = arrange(network, chip, partition_network(network, chip));
  std::vector<Index> arrays(2, 0);
  for (Index a = 0; a < arranged.arrays; ++a) ++arrays[static_cast<size_t>(arranged.kind_of(a))];
  EXPECT_EQ(packed_arrays(network, chip), arrays);
}

TEST(PackedArrays, HoldEveryWeight) {
  const Chip chip = compile_chip(testing::shipped_chip());
  const BlockShape array = array_of(chip, 0);
  Index weights = 0;
  const Network network = build_network(testing::tiny_gpt());
  for (const StaticMatmul& matmul : network.matmuls) weights += matmul.weights();
  EXPECT_GE(packed_arrays(network, chip).front() * array.rows * array.columns, weights);
}

}  // namespace
}  // namespace ohm
