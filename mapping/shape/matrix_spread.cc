// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/matrix_spread.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mapping/chip/transfers.h"
#include "mapping/shape/short_division.h"

namespace ohm {
namespace {

/// Walks over the tiles of a copy in groups of tiles that hold equally much.
class Spreader {
 public:
  Spreader(const BlockGrid& blocks, Index array, const TileSteps& steps)
      : b_(blocks),
        steps_(steps),
        rows_(blocks.grid.row_tiles),
        macros_(steps.macros()),
        all_(blocks.grid.size()) {
    spread_.first_tile = quotient(array, macros_);
    spread_.last_tile = quotient(array + all_ - 1, macros_);
    first_ = std::min(all_, (spread_.first_tile + 1) * macros_ - array);
    last_column_ = (b_.grid.column_tiles - 1) * rows_;
  }

  MatrixSpread run() {
    add_blocks(0, first_, false);
    const Index between = spread_.tiles() - 2;
    if (between >= 0) {
      const Index last = first_ + between * macros_;
      spread_.least_bytes = between == 0 ? 0 : bytes_of(b_.outputs(), b_.sum_bits);
      if (between > 0) add_between(between);
      add_blocks(last, all_, false);
    }
    return spread_;
  }

 private:
  /// Distinct columns of blocks first … last - 1.
  Index columns_of(Index first, Index last) const {
    const Index end = quotient(last - 1, rows_);
    const Index tiles = end - quotient(first, rows_) + 1;
    const bool ends = end == b_.grid.column_tiles - 1;
    return tiles * b_.width - (ends ? b_.width - b_.last_width : 0);
  }

  /// Sums of all of them.
  Index sums_of(Index first, Index last) const {
    const Index narrow = std::max<Index>(0, last - std::max(first, last_column_));
    return (last - first) * b_.width - narrow * (b_.width - b_.last_width);
  }

  void add_blocks(Index first, Index last, bool full) {
    const Index columns = columns_of(first, last), additions = sums_of(first, last) - columns;
    full ? add_full(1, columns, additions) : add(1, columns, additions);
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
    const Index before =
        last_column_ < first_ ? 0 : std::min(n, quotient(last_column_ - first_, macros_));
    add_wide(before);
    if (before == n) return;
    const Index start = first_ + before * macros_;
    add_blocks(start, start + macros_, true);
    add_full(n - before - 1, b_.last_width, (macros_ - 1) * b_.last_width);
  }

  /// Full tiles in column tiles of full width: each touches `few` of them or one more. A column
  /// tile is touched once more by each tile that begins inside of it.
  void add_wide(Index n) {
    if (n == 0) return;
    const Index few = quotient(macros_ - 1, rows_) + 1, end = first_ + n * macros_;
    const Index inside = n - 1 - steps_.whole(first_ + macros_, n - 1);
    const Index touched = quotient(end - 1, rows_) - quotient(first_, rows_) + 1 + inside;
    const Index more = touched - n * few;
    add_full(n - more, few * b_.width, (macros_ - few) * b_.width);
    add_full(more, (few + 1) * b_.width, (macros_ - few - 1) * b_.width);
  }

  const BlockGrid& b_;
  const TileSteps& steps_;
  const Index rows_, macros_, all_;
  Index first_ = 0;        // blocks in the first tile
  Index last_column_ = 0;  // first block of the last column tile
  MatrixSpread spread_;
};

/// x with a · x ≡ 1 modulo m, for a and m without a common divisor (Euclid's algorithm).
Index inverse(Index a, Index m) {
  Index r = m, next_r = a % m, x = 0, next_x = 1;
  while (next_r != 0) {
    const Index q = r / next_r;
    r = std::exchange(next_r, r - q * next_r);
    x = std::exchange(next_x, x - q * next_x);
  }
  return x < 0 ? x + m : x;
}

}  // namespace

TileSteps::TileSteps(Index row_tiles, Index macros) : rows_(row_tiles), macros_(macros) {
  divisor_ = std::gcd(rows_, macros_);
  period_ = rows_ / divisor_;
  if (period_ > 1) inverse_ = inverse(macros_ / divisor_, period_);
}

Index TileSteps::whole(Index first, Index n) const {
  if (n <= 0 || remainder(first, divisor_) != 0) return 0;
  // whole after so many divisors
  const Index behind = quotient(rows_ - remainder(first, rows_), divisor_);
  const Index k = remainder(remainder(behind, period_) * inverse_, period_);
  return k >= n ? 0 : quotient(n - 1 - k, period_) + 1;
}

MatrixSpread spread_of(const BlockGrid& blocks, Index array, const TileSteps& steps) {
  return Spreader(blocks, array, steps).run();
}

MatrixSpread least_spread(const BlockGrid& blocks, Index copies, Index array,
                          const TileSteps& steps) {
  const Index arrays = blocks.grid.size(), macros = steps.macros();
  if (copies == 1 || remainder(array, macros) + copies * arrays <= macros) {
    return spread_of(blocks, array, steps);
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
