// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/matrix_spread.h"

#include <algorithm>

#include "mapping/chip/transfers.h"
#include "mapping/shape/floor_sum.h"

namespace ohm {
namespace {

/// Walks over the tiles of a copy in groups of tiles that hold equally much.
class Spreader {
 public:
  Spreader(const BlockGrid& blocks, Index array, Index macros)
      : b_(blocks), rows_(blocks.grid.row_tiles), macros_(macros), all_(blocks.grid.size()) {
    spread_.first_tile = array / macros;
    spread_.last_tile = (array + all_ - 1) / macros;
    first_ = std::min(all_, macros - array % macros);
    last_column_ = (b_.grid.column_tiles - 1) * rows_;
  }

  MatrixSpread run() {
    add(1, columns_of(0, first_), additions_of(0, first_));
    const Index between = spread_.tiles() - 2;
    if (between >= 0) {
      const Index last = first_ + between * macros_;
      spread_.least_bytes = between == 0 ? 0 : bytes_of(b_.outputs(), b_.sum_bits);
      if (between > 0) add_between(between);
      add(1, columns_of(last, all_), additions_of(last, all_));
    }
    return spread_;
  }

 private:
  /// Distinct columns of blocks first … last - 1.
  Index columns_of(Index first, Index last) const {
    const Index tiles = (last - 1) / rows_ - first / rows_ + 1;
    const bool ends = (last - 1) / rows_ == b_.grid.column_tiles - 1;
    return tiles * b_.width - (ends ? b_.width - b_.last_width : 0);
  }

  /// Their sums beyond the first of each column.
  Index additions_of(Index first, Index last) const {
    const Index narrow = std::max<Index>(0, last - std::max(first, last_column_));
    const Index sums = (last - first) * b_.width - narrow * (b_.width - b_.last_width);
    return sums - columns_of(first, last);
  }

  void add(Index tiles, Index columns, Index additions) {
    const std::int64_t bytes = bytes_of(columns, b_.sum_bits);
    spread_.columns += tiles * columns;
    spread_.sum_bytes += tiles * bytes;
    spread_.most_columns = std::max(spread_.most_columns, columns);
    spread_.most_bytes = std::max(spread_.most_bytes, bytes);
    spread_.most_additions = std::max(spread_.most_additions, additions);
  }

  void add_full(Index tiles, Index columns, Index additions) {
    if (tiles == 0) return;
    add(tiles, columns, additions);
    spread_.least_bytes = std::min(spread_.least_bytes, bytes_of(columns, b_.sum_bits));
  }

  /// Full tiles: those before the last column tile, one that reaches it, those inside.
  void add_between(Index n) {
    const Index before = last_column_ < first_ ? 0 : std::min(n, (last_column_ - first_) / macros_);
    add_wide(before);
    if (before == n) return;
    const Index start = first_ + before * macros_;
    add_full(1, columns_of(start, start + macros_), additions_of(start, start + macros_));
    add_full(n - before - 1, b_.last_width, (macros_ - 1) * b_.last_width);
  }

  /// Full tiles in column tiles of full width: each touches `few` of them or one more.
  void add_wide(Index n) {
    if (n == 0) return;
    const Index few = (macros_ - 1) / rows_ + 1;
    const Index touched = floor_sum(n, rows_, macros_, first_ + macros_ - 1) -
                          floor_sum(n, rows_, macros_, first_) + n;
    const Index more = touched - n * few;
    add_full(n - more, few * b_.width, (macros_ - few) * b_.width);
    add_full(more, (few + 1) * b_.width, (macros_ - few - 1) * b_.width);
  }

  const BlockGrid& b_;
  const Index rows_, macros_, all_;
  Index first_ = 0;        // blocks in the first tile
  Index last_column_ = 0;  // first block of the last column tile
  MatrixSpread spread_;
};

}  // namespace

MatrixSpread spread_of(const BlockGrid& blocks, Index array, Index macros) {
  return Spreader(blocks, array, macros).run();
}

MatrixSpread least_spread(const BlockGrid& blocks, Index copies, Index array, Index macros) {
  const Index arrays = blocks.grid.size();
  if (copies == 1 || array % macros + copies * arrays <= macros) {
    return spread_of(blocks, array, macros);
  }
  MatrixSpread spread;
  const Index tiles = (arrays - 1) / macros + 1;  // or one more
  spread.first_tile = array / macros;
  spread.last_tile = spread.first_tile + tiles - 1;
  spread.columns = blocks.outputs();
  spread.most_columns = blocks.outputs() / (tiles + 1);
  spread.sum_bytes = bytes_of(spread.columns, blocks.sum_bits);
  spread.most_bytes = spread.sum_bytes;
  return spread;
}

}  // namespace ohm
