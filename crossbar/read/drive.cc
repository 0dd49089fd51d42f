// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/drive.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>
#include <utility>

#include "core/gemm.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/product/byte_kernel.h"

namespace ohm {
namespace {

/// InputSlice::value() of one step, in loops that vectorise; is_whole: the step drives the inputs.
template <class T>
void drive_step(const InputSlice& slice, bool is_whole, std::span<const std::int32_t> inputs,
                T* out) {
  const auto mask = static_cast<std::int32_t>(slice.top());
  const int shift = static_cast<int>(slice.shift);
  const size_t n = inputs.size();
  if (is_whole) {
    for (size_t i = 0; i < n; ++i) out[i] = static_cast<T>(inputs[i]);
  } else if (slice.is_binary) {
    for (size_t i = 0; i < n; ++i) out[i] = inputs[i] > 0 ? 1 : 0;
  } else if (slice.is_bipolar) {
    for (size_t i = 0; i < n; ++i) {
      const std::int32_t x = inputs[i], part = (x < 0 ? -x : x) >> shift & mask;
      out[i] = static_cast<T>(x < 0 ? -part : part);
    }
  } else {
    for (size_t i = 0; i < n; ++i) out[i] = static_cast<T>(inputs[i] >> shift & mask);
  }
}

/// Pairs of wordlines that carry a binary input and its complement.
template <class T>
void drive_pairs(const InputSlice& slice, std::span<const std::int32_t> inputs, T* out) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    out[2 * i] = static_cast<T>(slice.value(inputs[i]));
    out[2 * i + 1] = static_cast<T>(slice.complement(inputs[i]));
  }
}

/// Whether there is one step, which drives the inputs as they are.
bool drives_inputs(const Macro& macro) {
  return macro.input_slices.size() == 1 && macro.input_slices.front().is_bipolar &&
         terms_per_input(macro.spec.weight) == 1;
}

/// drive_steps() into `out`, rows `stride` apart.
template <class T>
void drive_rows(const Macro& macro, const ProgrammedTile& tile, Index group, const IntegerRows& x,
                TokenRange tokens, MatrixView<T> out) {
  const Index per_input = terms_per_input(macro.spec.weight);
  const RowRange rows = group_rows(macro, tile, group);
  const auto first = static_cast<size_t>(tile.rows.first + rows.first / per_input);
  T* to = out.values;
  for (Index t = 0; t < tokens.tokens; ++t) {
    const auto inputs =
        x.row(tokens.first + t).subspan(first, static_cast<size_t>(rows.rows / per_input));
    for (const InputSlice& slice : macro.input_slices) {
      per_input == 1 ? drive_step(slice, drives_inputs(macro), inputs, to)
                     : drive_pairs(slice, inputs, to);
      to += out.stride;
    }
  }
}

/// Loads and uses of every wordline in one step.
struct WordlineCounts {
  std::vector<std::int32_t> load, active;
};

constexpr Index kInt32Values = 32768;  // values of 8 bits whose squares add up in int32

/// Pulses of bit planes.
void add_ones(const std::int32_t* values, WordlineCounts& counts) {
  for (size_t i = 0; i < counts.load.size(); ++i) {
    const int ones = std::popcount(static_cast<std::uint32_t>(std::abs(values[i])));
    counts.load[i] += ones;
    counts.active[i] += ones;
  }
}

/// Over some tokens, rows [first, last) of `driven` in strides of the steps.
WordlineCounts count_step(const Macro& macro, const IntegerRows& driven, Index first, Index last) {
  const bool by_plane = macro.spec.input.encoding == "bit_planes";
  const Load what = drives_pulse_width(macro.spec) ? Load::magnitude : Load::square;
  const auto n = static_cast<size_t>(driven.cols);
  WordlineCounts counts{std::vector<std::int32_t>(n), std::vector<std::int32_t>(n)};
  for (Index row = first; row < last; row += std::ssize(macro.input_slices)) {
    const std::int32_t* values = driven.row(row).data();
    if (by_plane) {
      add_ones(values, counts);
    } else {
      add_loads(values, what, driven.cols, counts.load.data(), counts.active.data());
    }
  }
  return counts;
}

}  // namespace

RowRange group_rows(const Macro& macro, const ProgrammedTile& tile, Index group) {
  const Index active = terms_per_group(macro.spec), start = group * active;
  return {start, std::min(active, std::ssize(tile.row_conductance) - start)};
}

Matrix<std::int32_t> drive_steps(const Macro& macro, const ProgrammedTile& tile, Index group,
                                 const IntegerRows& x, TokenRange tokens) {
  const Index n_steps = std::ssize(macro.input_slices);
  Matrix<std::int32_t> driven(tokens.tokens * n_steps, group_rows(macro, tile, group).rows);
  drive_rows<std::int32_t>(macro, tile, group, x, tokens, {driven.values.data(), driven.cols});
  return driven;
}

IntegerRows driven_rows(const Macro& macro, const ProgrammedTile& tile, Index group,
                        const IntegerRows& x, TokenRange tokens, Matrix<std::int32_t>& room) {
  if (drives_inputs(macro)) {
    const RowRange rows = group_rows(macro, tile, group);
    return rows_of(x, tokens, {tile.rows.first + rows.first, rows.rows});
  }
  room = drive_steps(macro, tile, group, x, tokens);
  return room;
}

bool drives_bits(const Macro& macro) {
  return macro.max_input() == 1 && !macro.input_slices.front().is_bipolar;
}

ByteInputs drive_bits(const Macro& macro, const ProgrammedTile& tile, Index group,
                      const IntegerRows& x, TokenRange tokens) {
  const Index n_steps = std::ssize(macro.input_slices);
  ByteRows bits(tokens.tokens * n_steps + 1, group_rows(macro, tile, group).rows);
  drive_rows<std::uint8_t>(macro, tile, group, x, tokens, {bits.values.data(), bits.stride});
  return make_byte_inputs(std::move(bits));
}

void count_drive(const Macro& macro, const ProgrammedTile& tile, Index group,
                 const IntegerRows& driven, MvmCounts& counts) {
  const Index per_input = terms_per_input(macro.spec.weight);
  const Index first = tile.rows.first + group_rows(macro, tile, group).first / per_input;
  const Index n_steps = counts.drive.rows, chunk = kInt32Values * n_steps;
  for (Index start = 0; start < driven.rows; start += chunk) {
    for (Index b = 0; b < n_steps; ++b) {
      const WordlineCounts step =
          count_step(macro, driven, start + b, std::min(start + chunk, driven.rows));
      for (Index i = 0; i < driven.cols; ++i) {
        counts.drive(b, first + i / per_input) += step.load[static_cast<size_t>(i)];
        counts.active(b, first + i / per_input) += step.active[static_cast<size_t>(i)];
      }
    }
  }
}

void count_drive(const Macro& macro, const ProgrammedTile& tile, Index group,
                 const ByteInputs& bits, MvmCounts& counts) {
  const Index per_input = terms_per_input(macro.spec.weight);
  const Index first = tile.rows.first + group_rows(macro, tile, group).first / per_input;
  const Index n_steps = counts.drive.rows;
  const ByteRows& rows = bits.digits.front();
  std::vector<std::int32_t> ones(static_cast<size_t>(rows.cols));
  for (Index b = 0; b < n_steps; ++b) {
    std::ranges::fill(ones, 0);
    for (Index v = b; v < bits.n_vectors; v += n_steps) {
      const std::uint8_t* bit = rows.row(v);
      for (size_t i = 0; i < ones.size(); ++i) ones[i] += bit[i];
    }
    for (Index i = 0; i < rows.cols; ++i) {  // a one is one pulse, as an amplitude or as a length
      counts.drive(b, first + i / per_input) += ones[static_cast<size_t>(i)];
      counts.active(b, first + i / per_input) += ones[static_cast<size_t>(i)];
    }
  }
}

Matrix<double> input_sums(const Macro& macro, const ProgrammedTile& tile, const IntegerRows& x,
                          TokenRange tokens) {
  const Index groups = tile.recombination.input_sum.rows;
  const Index height = inputs_per_group(macro.spec);
  Matrix<double> sums(tokens.tokens, groups);
  for (Index t = 0; t < tokens.tokens; ++t) {
    const auto inputs = x.row(tokens.first + t).subspan(static_cast<size_t>(tile.rows.first));
    for (Index g = 0; g < groups; ++g) {
      const Index last = std::min((g + 1) * height, tile.rows.rows);
      std::int64_t sum = 0;
      for (Index i = g * height; i < last; ++i) sum += inputs[static_cast<size_t>(i)];
      sums(t, g) = static_cast<double>(sum);
    }
  }
  return sums;
}

}  // namespace ohm
