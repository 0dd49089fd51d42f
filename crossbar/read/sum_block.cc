// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/sum_block.h"

#include <algorithm>

#include "crossbar/geometry.h"
#include "crossbar/read/dac_sums.h"
#include "crossbar/read/read_plan.h"
#include "crossbar/read/wire_sums.h"

namespace ohm {
namespace {

constexpr Index kBlockValues = Index{1} << 18;  // sums per block: two MiB of doubles

Matrix<float> as_floats(const Matrix<std::int32_t>& m) {
  Matrix<float> out(m.rows, m.cols);
  std::ranges::transform(m.values, out.values.begin(),
                         [](std::int32_t value) { return static_cast<float>(value); });
  return out;
}

}  // namespace

void for_each_sum_block(const Macro& macro, const ProgrammedTile& tile, const IntegerRows& x,
                        const std::function<void(SumBlock&)>& visit) {
  const Index n_steps = std::ssize(macro.input_slices);
  const Index columns = std::max<Index>(1, tile.converters->n_columns());
  const Index per_block = std::max<Index>(1, kBlockValues / (columns * n_steps));
  SumBlock block;
  for (Index first = 0; first < x.rows; first += per_block) {
    block.tokens = {first, std::min(per_block, x.rows - first)};
    for (block.group = 0; block.group < row_groups(macro.spec, tile.rows.rows); ++block.group) {
      block.range = group_rows(macro, tile, block.group);
      block.driven = drive_steps(macro, tile, block.group, x, block.tokens);
      if (solves_wires(tile)) {
        wire_sums(macro, tile, as_floats(block.driven), block.range, block.sums);
      } else if (tile.dac_levels.size() > 0) {
        dac_sums(tile, block.driven, block.range, block.sums);
      } else {
        exact_product(block.driven, tile.cells.entries, block.range, block.sums);
      }
      block.gain = wire_gain(macro, tile, block.range.rows);
      visit(block);
    }
  }
}

}  // namespace ohm
