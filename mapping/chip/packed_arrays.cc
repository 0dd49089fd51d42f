// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/packed_arrays.h"

#include "crossbar/geometry.h"
#include "mapping/chip/packing.h"
#include "mapping/macros/matrix_kind.h"

namespace ohm {
namespace {

/// Blocks of one kind of macro.
struct KindBlocks {
  Index full = 0;  ///< that no other can share an array with
  std::vector<PackingItem> sharing;
};

/// Inputs are numbered as arrange() numbers them, by the blocks of all matrices before, for the
/// order of packing follows them.
void add(const Partition& own, const BlockShape& array, Index& passed, KindBlocks& blocks) {
  Index inputs = passed;
  for (const Block& block : own.blocks) {
    if (block.row_tile == 0 && block.column_tile == 0) inputs = passed;
    ++passed;
    if (block.rows == array.rows && block.columns == array.columns) {
      ++blocks.full;
    } else {
      blocks.sharing.push_back({block.rows, block.columns, inputs + block.row_tile, 0});
    }
  }
}

}  // namespace

BlockShape array_of(const Chip& chip, Index kind) {
  return {inputs_per_array(chip.spec.macro_of(kind)), chip.kind(kind).shape.columns};
}

std::vector<Index> packed_arrays(const Network& network, const Chip& chip) {
  std::vector<KindBlocks> blocks(chip.kinds.size());
  Index passed = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (blocks_of(matmul, chip) == 0) continue;
    Partition own;
    add_blocks(matmul, cut_of(matmul, chip), row_split_of(chip.spec), own);
    const Index kind = kind_of(matmul, chip.spec).macro;
    add(own, array_of(chip, kind), passed, blocks[static_cast<size_t>(kind)]);
  }
  std::vector<Index> arrays;
  for (size_t k = 0; k < blocks.size(); ++k) {
    const BlockShape array = array_of(chip, static_cast<Index>(k));
    arrays.push_back(blocks[k].full + pack(blocks[k].sharing, array, Sharing::in_turn).arrays);
  }
  return arrays;
}

}  // namespace ohm
