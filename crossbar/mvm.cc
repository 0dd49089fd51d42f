// SPDX-License-Identifier: Apache-2.0
#include "crossbar/mvm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/geometry.h"
#include "crossbar/purpose.h"
#include "crossbar/wires.h"

namespace ohm {
namespace {

constexpr Index kBlockValues = Index{1} << 18;  // sums per block: two MiB of doubles

/// Factor on every sum of a row group: 1, or 1 - mean wire loss where the Spec asks for it.
double wire_gain(const Macro& macro, const ProgrammedTile& tile, Index rows) {
  if (macro.spec.array.ir_drop != "gain") return 1.0;
  return 1.0 - mean_wire_loss(macro.spec.array, {rows, tile.rows.rows, macro.spec.array.n_bitlines,
                                                 tile.mean_conductance, 0.5});
}

void drive(const Macro& macro, const ProgrammedTile& tile, const Matrix<std::int32_t>& x,
           SumBlock& block) {
  const Index n_steps = std::ssize(macro.input_slices);
  block.driven = Matrix<float>(block.n_tokens * n_steps, block.range.rows);
  for (Index t = 0; t < block.n_tokens; ++t) {
    const auto inputs = x.row(block.first_token + t)
                            .subspan(static_cast<size_t>(tile.rows.first + block.range.first),
                                     static_cast<size_t>(block.range.rows));
    for (Index b = 0; b < n_steps; ++b) {
      const auto out = block.driven.row(t * n_steps + b);
      const InputSlice slice = macro.input_slices[static_cast<size_t>(b)];
      for (size_t i = 0; i < inputs.size(); ++i) {
        out[i] = static_cast<float>(slice.value(inputs[i]));
      }
    }
  }
}

/// Adds the noise of each conversion to the sums: one normal per conversion, its variance exact.
class ConversionNoise {
 public:
  ConversionNoise(const Macro& macro, const ProgrammedMatrix& matrix, const ProgrammedTile& tile,
                  std::uint32_t strip)
      : macro_(macro),
        tile_(tile),
        key_{matrix.draw.seed, matrix.draw.chip,
             static_cast<std::uint8_t>(Purpose::conversion_noise)},
        strip_(strip) {}

  bool is_silent() const { return !reads_noisily() && macro_.spec.adc.noise == 0.0; }
  void add(SumBlock& block, std::span<const std::uint32_t> tokens);

 private:
  bool reads_noisily() const { return tile_.variances.low.rows > 0; }
  void square(const SumBlock& block);
  void add_row(SumBlock& block, Index row, Counter counter);

  const Macro& macro_;
  const ProgrammedTile& tile_;
  StreamKey key_;
  std::uint32_t strip_;
  Matrix<float> squares_;
  Matrix<double> variances_;
  std::vector<float> normals_;
};

void ConversionNoise::square(const SumBlock& block) {
  squares_ = block.driven;
  for (float& value : squares_.values) value *= value;
  const Index top = macro_.max_input();
  exact_product(squares_, tile_.variances, block.range, top * top, variances_);
}

void ConversionNoise::add_row(SumBlock& block, Index row, Counter counter) {
  const auto sums = block.sums.row(row);
  normals_.resize(sums.size());
  fill_normal(key_, counter, 0, normals_);
  const size_t width = sums.size() / macro_.weight_slices.size();
  for (size_t s = 0; s < macro_.weight_slices.size(); ++s) {
    const double converter = macro_.spec.adc.noise * tile_.transfer[s].step;
    const double floor = converter * converter, unit = tile_.variance_unit;
    const double* variances = reads_noisily() ? variances_.row(row).data() + s * width : nullptr;
    double* out = sums.data() + s * width;
    const float* normals = normals_.data() + s * width;
    for (size_t j = 0; j < width; ++j) {
      const double variance = floor + (variances ? variances[j] * unit : 0.0);
      out[j] += std::sqrt(variance) * static_cast<double>(normals[j]);
    }
  }
}

void ConversionNoise::add(SumBlock& block, std::span<const std::uint32_t> tokens) {
  if (is_silent()) return;
  if (reads_noisily()) square(block);
  const Index n_steps = std::ssize(macro_.input_slices);
  for (Index row = 0; row < block.sums.rows; ++row) {
    const auto token = static_cast<size_t>(block.first_token + row / n_steps);
    const Index step = block.group * n_steps + row % n_steps;
    add_row(block, row, {strip_, tokens[token], static_cast<std::uint32_t>(step)});
  }
}

/// Converts the sums of a block and shifts and adds the codes into `shift_add`, (tokens, columns).
Index convert(const Macro& macro, const ProgrammedTile& tile, SumBlock& block,
              Matrix<double>& shift_add) {
  const Index n_steps = std::ssize(macro.input_slices);
  const size_t n_slices = macro.weight_slices.size();
  const size_t width = static_cast<size_t>(block.sums.cols) / n_slices;
  const auto part = [&](const std::vector<float>& all, size_t s) {
    return all.empty() ? std::span<const float>() : std::span(all).subspan(s * width, width);
  };
  Index clipped = 0;
  for (Index row = 0; row < block.sums.rows; ++row) {
    const auto codes = block.sums.row(row);
    for (size_t s = 0; s < n_slices; ++s) {
      clipped += macro.adc->convert(codes.subspan(s * width, width), tile.transfer[s],
                                    {part(tile.adc_gain, s), part(tile.adc_offset, s)});
    }
    const double weight = macro.input_slices[static_cast<size_t>(row % n_steps)].weight();
    const auto out = shift_add.row(block.first_token + row / n_steps);
    for (size_t j = 0; j < codes.size(); ++j) out[j] += weight * codes[j];
  }
  return clipped;
}

bool is_gated(const Macro& macro) {
  return macro.spec.array.topology == "gated";
}

/// How strongly a step of `value` loads its wordline, in the units of MvmCounts::drive.
std::int64_t load_of(const Macro& macro, std::int64_t value) {
  return is_gated(macro) ? std::abs(value) : value * value;
}

void count_drive(const Macro& macro, const ProgrammedTile& tile, const SumBlock& block,
                 MvmCounts& counts) {
  const Index n_steps = counts.drive.rows;
  for (Index row = 0; row < block.driven.rows; ++row) {
    const auto driven = block.driven.row(row);
    const auto first = static_cast<size_t>(tile.rows.first + block.range.first);
    const auto drive = counts.drive.row(row % n_steps).subspan(first);
    const auto active = counts.active.row(row % n_steps).subspan(first);
    for (size_t i = 0; i < driven.size(); ++i) {
      const auto value = static_cast<std::int64_t>(driven[i]);
      drive[i] += load_of(macro, value);
      active[i] += value != 0 ? 1 : 0;
    }
  }
}

/// y += Σ_s 2^shift · step / (codes per level) · codes of slice s.
void recombine(const Macro& macro, const ProgrammedTile& tile, const Matrix<double>& shift_add,
               Matrix<double>& y) {
  const size_t width = static_cast<size_t>(y.cols);
  for (Index t = 0; t < y.rows; ++t) {
    const auto codes = shift_add.row(t);
    const auto out = y.row(t);
    for (size_t s = 0; s < macro.weight_slices.size(); ++s) {
      const double shift = std::ldexp(1.0, static_cast<int>(macro.weight_slices[s].shift));
      const double step = shift * tile.transfer[s].step;
      const double per_level = static_cast<double>(macro.codes_per_level(static_cast<Index>(s)));
      // multiplied first, divided last: exact where the sum is a whole number of levels
      for (size_t j = 0; j < width; ++j) out[j] += codes[s * width + j] * step / per_level;
    }
  }
}

/// Removes 2^(bits-1) Σ x, what the offset of the stored weights adds to every output.
void correct_offset(const Macro& macro, const Matrix<std::int32_t>& x, Matrix<double>& y) {
  if (macro.spec.weight.encoding != "offset_column") return;
  const double offset = std::ldexp(1.0, static_cast<int>(macro.spec.weight.bits) - 1);
  for (Index t = 0; t < y.rows; ++t) {
    double sum = 0.0;
    for (const std::int32_t value : x.row(t)) sum += static_cast<double>(value);
    for (double& out : y.row(t)) out -= offset * sum;
  }
}

void check_call(const Macro& macro, const ProgrammedMatrix& matrix, const Matrix<std::int32_t>& x,
                std::span<const std::uint32_t> tokens) {
  if (x.cols != matrix.rows || std::ssize(tokens) != x.rows) {
    throw ArgumentError(
        fmt::format("inputs: shape ({}, {}) with {} token numbers found; expected "
                    "(tokens, {}) and one number per token",
                    x.rows, x.cols, tokens.size(), matrix.rows));
  }
  if (!matrix.calibrated) {
    throw ArgumentError(fmt::format("adc.range is {}: calibrate on inputs before the first read",
                                    macro.spec.adc.range));
  }
  check_inputs(macro, x);
}

}  // namespace

void check_inputs(const Macro& macro, const Matrix<std::int32_t>& x) {
  const Index high = (Index{1} << (macro.spec.input.bits - 1)) - 1;
  const Index low = macro.spec.input.encoding == "bipolar" ? -high : -high - 1;
  for (const std::int32_t value : x.values) {
    if (value >= low && value <= high) continue;
    throw ArgumentError(fmt::format("inputs: {} found; expected {}-bit signed integers in [{}, {}]",
                                    value, macro.spec.input.bits, low, high));
  }
}

MvmCounts& MvmCounts::operator+=(const MvmCounts& other) {
  mvms += other.mvms;
  conversions += other.conversions;
  clipped += other.clipped;
  if (drive.size() == 0) {
    drive = other.drive;
    active = other.active;
    return *this;
  }
  for (size_t i = 0; i < other.drive.values.size(); ++i) {
    drive.values[i] += other.drive.values[i];
    active.values[i] += other.active.values[i];
  }
  return *this;
}

MvmCounts MvmCounts::operator-(const MvmCounts& earlier) const {
  MvmCounts since = *this;
  since.mvms -= earlier.mvms;
  since.conversions -= earlier.conversions;
  since.clipped -= earlier.clipped;
  for (size_t i = 0; i < earlier.drive.values.size(); ++i) {
    since.drive.values[i] -= earlier.drive.values[i];
    since.active.values[i] -= earlier.active.values[i];
  }
  return since;
}

void for_each_sum_block(const Macro& macro, const ProgrammedTile& tile,
                        const Matrix<std::int32_t>& x,
                        const std::function<void(SumBlock&)>& visit) {
  const Index n_steps = std::ssize(macro.input_slices);
  const Index columns = std::max<Index>(1, tile.cells.low.cols);
  const Index per_block = std::max<Index>(1, kBlockValues / (columns * n_steps));
  SumBlock block;
  for (Index first = 0; first < x.rows; first += per_block) {
    block.first_token = first;
    block.n_tokens = std::min(per_block, x.rows - first);
    for (block.group = 0; block.group < row_groups(macro.spec.array, tile.rows.rows);
         ++block.group) {
      const Index start = block.group * macro.spec.array.rows_active;
      block.range = {start, std::min(macro.spec.array.rows_active, tile.rows.rows - start)};
      drive(macro, tile, x, block);
      exact_product(block.driven, tile.cells, block.range, macro.max_input(), block.sums);
      const double gain = wire_gain(macro, tile, block.range.rows);
      for (double& sum : block.sums.values) sum *= gain;
      visit(block);
    }
  }
}

MvmResult mvm(const Macro& macro, const ProgrammedMatrix& matrix, const Matrix<std::int32_t>& x,
              std::span<const std::uint32_t> tokens) {
  check_call(macro, matrix, x, tokens);
  const Index n_steps = std::ssize(macro.input_slices);
  MvmResult result{Matrix<double>(x.rows, matrix.columns), {}};
  result.counts.drive = Matrix<std::int64_t>(n_steps, matrix.rows);
  result.counts.active = Matrix<std::int64_t>(n_steps, matrix.rows);
  result.counts.mvms = x.rows;
  for (size_t t = 0; t < matrix.tiles.size(); ++t) {
    const ProgrammedTile& tile = matrix.tiles[t];
    ConversionNoise noise(macro, matrix, tile,
                          matrix.draw.matrix << 16 | static_cast<std::uint32_t>(t));
    Matrix<double> shift_add(x.rows, tile.cells.low.cols);
    for_each_sum_block(macro, tile, x, [&](SumBlock& block) {
      count_drive(macro, tile, block, result.counts);
      noise.add(block, tokens);
      result.counts.conversions += block.sums.size();
      result.counts.clipped += convert(macro, tile, block, shift_add);
    });
    recombine(macro, tile, shift_add, result.y);
  }
  correct_offset(macro, x, result.y);
  return result;
}

InputStatistics input_statistics(const Macro& macro, const ProgrammedMatrix& matrix,
                                 const MvmCounts& counts) {
  const double cells_per_row =
      static_cast<double>(matrix.columns * bitlines_per_weight(macro.spec.weight));
  // the cells of reference columns are not among those whose level is asked
  const Index width = weight_columns(macro.spec);
  const double references =
      macro.spec.weight.encoding == "offset_column"
          ? static_cast<double>((matrix.columns + width - 1) / width) * macro.spec.device.g_min.si()
          : 0.0;
  double driven = 0.0, siemens = 0.0;  // Σ share of full drive, and the same × row conductance
  std::int64_t active = 0;
  for (const ProgrammedTile& tile : matrix.tiles) {
    for (Index i = 0; i < tile.rows.rows; ++i) {
      for (Index b = 0; b < counts.drive.rows; ++b) {
        const double share = static_cast<double>(counts.drive(b, tile.rows.first + i)) /
                             static_cast<double>(load_of(macro, macro.max_input()));
        driven += share;
        siemens += share * (tile.row_conductance[static_cast<size_t>(i)] - references);
        active += counts.active(b, tile.rows.first + i);
      }
    }
  }
  const double slots = static_cast<double>(counts.mvms * counts.active.size());
  if (driven == 0.0 || cells_per_row == 0.0) return {0.0, 0.0, 0.0, 0.0};
  const Siemens mean(siemens / driven / cells_per_row);
  const double level = (mean - macro.spec.device.g_min) / macro.spec.device.range();
  const double active_share = static_cast<double>(active) / slots;
  return {active_share, std::clamp(level, 0.0, 1.0), active_share, driven / slots};
}

}  // namespace ohm
