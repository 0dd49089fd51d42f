// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/encode.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crossbar/encoding/half_range.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

/// Σ_s 2^shift (Σ_i digit of o_i in slice s, with its sign)^4 for the offsets from centre c.
double centre_cost(const Macro& macro, const std::vector<Index>& column, Index centre) {
  double cost = 0.0;
  for (const WeightSlice& slice : macro.weight_slices) {
    double sum = 0.0;
    for (const Index w : column) {
      const Index o = w - centre;
      const auto digit = static_cast<double>(slice.digit(std::abs(o)));
      sum += o < 0 ? -digit : digit;
    }
    cost += slice.scale * sum * sum * sum * sum;
  }
  return cost;
}

/// The centre of one column, within reach of the stored offsets.
Index best_centre(const Macro& macro, const std::vector<Index>& column) {
  double mean = 0.0;
  for (const Index w : column) mean += static_cast<double>(w);
  mean /= static_cast<double>(std::max<size_t>(1, column.size()));
  const auto around = static_cast<Index>(std::llround(mean));
  const Index half = half_range(macro.spec.weight.bits);
  const Index span = std::max<Index>(1, half / 8);
  Index best = around;
  double least = std::numeric_limits<double>::infinity();
  const Index last = std::min(around + span, half - 1);
  for (Index centre = std::max(around - span, -half); centre <= last; ++centre) {
    const double cost = centre_cost(macro, column, centre);
    if (cost < least) least = cost, best = centre;
  }
  return best;
}

class TileEncoder {
 public:
  TileEncoder(const Macro& macro, const Matrix<std::int32_t>& weights, RowTile rows)
      : macro_(macro), weights_(weights), rows_(rows), outputs_(weights.cols) {}

  EncodedTile encode() const;

 private:
  const WeightSpec& spec() const { return macro_.spec.weight; }
  bool is(const char* encoding) const { return spec().encoding == encoding; }
  std::vector<Index> centres() const;
  Index group_rows() const { return inputs_per_group(macro_.spec); }
  Index n_groups() const { return row_groups(macro_.spec, rows_.rows); }
  void store(Index i, const std::vector<Index>& centre, EncodedTile& tile) const;
  void store_pair(const WeightSlice& slice, Index w, Index i, Index column,
                  EncodedTile& tile) const;
  void store_single(const WeightSlice& slice, Index w, Index i, Index column,
                    EncodedTile& tile) const;
  void correct_inputs(const std::vector<Index>& centre, EncodedTile& tile) const;
  void flip(EncodedTile& tile) const;
  void flip_column(Index group, Index column, EncodedTile& tile) const;

  const Macro& macro_;
  const Matrix<std::int32_t>& weights_;
  RowTile rows_;
  Index outputs_;
};

std::vector<Index> TileEncoder::centres() const {
  std::vector<Index> centre(static_cast<size_t>(outputs_), 0);
  if (!is("centre_offset")) return centre;
  for (Index j = 0; j < outputs_; ++j) {
    std::vector<Index> column;
    for (Index i = 0; i < rows_.rows; ++i) column.push_back(weights_(rows_.first + i, j));
    centre[static_cast<size_t>(j)] = best_centre(macro_, column);
  }
  return centre;
}

void TileEncoder::store_pair(const WeightSlice& slice, Index w, Index i, Index column,
                             EncodedTile& tile) const {
  const Index digit = slice.digit(std::abs(w));
  const bool negative = w < 0;
  for (const Index side : {Index{0}, Index{1}}) {
    const bool holds = negative == (side == 1);
    const bool two_sided = is("differential_two_sided");
    const Index shared = slice.top + (holds ? digit : -digit);
    const auto at = static_cast<size_t>(side);
    tile.level[at](i, column) = static_cast<std::uint16_t>(two_sided ? shared : holds ? digit : 0);
    tile.tuned[at](i, column) = two_sided || holds ? 1 : 0;
  }
}

void TileEncoder::store_single(const WeightSlice& slice, Index w, Index i, Index column,
                               EncodedTile& tile) const {
  if (is("xnor")) {
    tile.level[0](2 * i, column) = w > 0 ? 1 : 0;
    tile.level[0](2 * i + 1, column) = w > 0 ? 0 : 1;
    return;
  }
  const Index half = half_range(spec().bits);
  const Index stored = is("twos_complement") ? w & (2 * half - 1) : w + half;
  tile.level[0](i, column) = static_cast<std::uint16_t>(slice.digit(stored));
}

void TileEncoder::store(Index i, const std::vector<Index>& centre, EncodedTile& tile) const {
  const bool paired = n_sides(spec()) == 2;
  for (size_t s = 0; s < macro_.weight_slices.size(); ++s) {
    const WeightSlice& slice = macro_.weight_slices[s];
    for (Index j = 0; j < outputs_; ++j) {
      const Index w = weights_(rows_.first + i, j) - centre[static_cast<size_t>(j)];
      const Index column = static_cast<Index>(s) * outputs_ + j;
      paired ? store_pair(slice, w, i, column, tile) : store_single(slice, w, i, column, tile);
    }
  }
}

/// What Σx adds: the centre of each column, or minus the offset of every weight.
void TileEncoder::correct_inputs(const std::vector<Index>& centre, EncodedTile& tile) const {
  if (!needs_input_sum(spec())) return;
  const bool offset = !is("centre_offset");
  Matrix<double>& factor = tile.recombination.input_sum;
  factor = Matrix<double>(n_groups(), outputs_);
  for (Index g = 0; g < factor.rows; ++g) {
    for (Index j = 0; j < outputs_; ++j) {
      factor(g, j) = offset ? -std::ldexp(1.0, static_cast<int>(spec().bits) - 1)
                            : static_cast<double>(centre[static_cast<size_t>(j)]);
    }
  }
}

/// Stores K - k in a column of a row group where Σk passes half scale; adds K Σx, subtracts the
/// sum.
void TileEncoder::flip_column(Index group, Index column, EncodedTile& tile) const {
  Matrix<std::uint16_t>& level = tile.level[0];
  const WeightSlice& slice = macro_.weight_slices[static_cast<size_t>(column / outputs_)];
  const Index first = group * group_rows();
  const Index last = std::min(first + group_rows(), rows_.rows);
  Index sum = 0;
  for (Index i = first; i < last; ++i) sum += level(i, column);
  if (2 * sum <= (last - first) * slice.top) return;
  for (Index i = first; i < last; ++i) {
    level(i, column) = static_cast<std::uint16_t>(slice.top - level(i, column));
  }
  tile.recombination.sign(group, column) = -1.0F;
  tile.recombination.input_sum(group, column % outputs_) +=
      slice.scale * static_cast<double>(slice.top);
}

void TileEncoder::flip(EncodedTile& tile) const {
  if (!is("isaac_flip")) return;
  tile.recombination.sign = Matrix<float>(n_groups(), tile.level[0].cols, 1.0F);
  for (Index g = 0; g < n_groups(); ++g) {
    for (Index column = 0; column < tile.level[0].cols; ++column) flip_column(g, column, tile);
  }
}

EncodedTile TileEncoder::encode() const {
  const Index columns = std::ssize(macro_.weight_slices) * outputs_;
  const Index terms = rows_.rows * terms_per_input(spec());
  EncodedTile tile;
  for (Index side = 0; side < n_sides(spec()); ++side) {
    tile.level[static_cast<size_t>(side)] = Matrix<std::uint16_t>(terms, columns);
    tile.tuned[static_cast<size_t>(side)] = Matrix<char>(terms, columns, 1);
  }
  const std::vector<Index> centre = centres();
  for (Index i = 0; i < rows_.rows; ++i) store(i, centre, tile);
  correct_inputs(centre, tile);
  flip(tile);
  if (is("xnor")) {
    tile.recombination.gain = 2.0;
    tile.recombination.constant = -static_cast<double>(rows_.rows);
  }
  return tile;
}

}  // namespace

EncodedTile encode(const Macro& macro, const Matrix<std::int32_t>& weights, RowTile rows) {
  return TileEncoder(macro, weights, rows).encode();
}

}  // namespace ohm
