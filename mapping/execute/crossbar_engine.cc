// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/crossbar_engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "crossbar/encoding/half_range.h"
#include "crossbar/geometry.h"
#include "crossbar/read/calibrate.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/partition.h"
#include "mapping/macros/matrix_kind.h"

namespace ohm {
namespace {

double static_step(const InputSpec& input, const Tensor& x) {
  const int bits = static_cast<int>(input.bits);
  if (input.range == "percentile") return scale_percentile(x.values, bits, input.percentile);
  if (input.range == "mse") return scale_mse(x.values, bits);
  return scale_max(x.values, bits);
}

Matrix<float> as_matrix(const Tensor& tensor) {
  Matrix<float> matrix(tensor.shape[0], tensor.shape[1]);
  matrix.values = tensor.values;
  return matrix;
}

/// y · (input step of the token) · (weight step of the column), as fp32.
Tensor rescale(const Matrix<double>& y, const QuantizedInputs& inputs,
               const QuantizedMatrix& weights) {
  Tensor out({y.rows, y.cols});
  for (Index t = 0; t < y.rows; ++t) {
    for (Index j = 0; j < y.cols; ++j) {
      const double step =
          inputs.steps[static_cast<size_t>(t)] * static_cast<double>(weights.step_of(j));
      out.values[static_cast<size_t>(t * y.cols + j)] = static_cast<float>(y(t, j) * step);
    }
  }
  return out;
}

Matrix<float> as_floats(const Matrix<std::int32_t>& codes) {
  Matrix<float> out(codes.rows, codes.cols);
  std::transform(codes.values.begin(), codes.values.end(), out.values.begin(),
                 [](std::int32_t code) { return static_cast<float>(code); });
  return out;
}

void add_matrix(const StaticMatmul& matmul, const Weights& weights, const MacroSpec& macro,
                const Calibration& calibration, QuantizedNetwork& quantized) {
  const auto id = static_cast<size_t>(matmul.id);
  const auto scale =
      macro.weight.scale == "column" ? WeightScale::per_column : WeightScale::per_tensor;
  quantized.matmuls.push_back(
      quantize_weights(as_matrix(weights.matmul[id]), static_cast<int>(macro.weight.bits), scale));
  const bool dynamic = macro.input.range == "dynamic";
  if (!dynamic && (calibration.inputs.size() <= id || calibration.inputs[id].size() == 0)) {
    throw ArgumentError(fmt::format("input.range is {}: matrix '{}' has no calibration inputs",
                                    macro.input.range, matmul.name));
  }
  quantized.input_steps.push_back(dynamic ? 0.0 : static_step(macro.input, calibration.inputs[id]));
}

/// Every replica's result is a result, so is their mean.
void add(const Matrix<double>& y, double share, Matrix<double>& sum) {
  for (size_t i = 0; i < y.values.size(); ++i) sum.values[i] += share * y.values[i];
}

std::vector<Macro> compile_macros(const ChipSpec& chip) {
  std::vector<Macro> macros;
  for (Index kind = 0; kind < chip.n_kinds(); ++kind) {
    macros.push_back(compile_macro(chip.macro_of(kind)));
  }
  return macros;
}

}  // namespace

QuantizedNetwork quantize_network(const Network& network, const Weights& weights,
                                  const MacroSpec& macro, const Calibration& calibration) {
  QuantizedNetwork quantized{macro.input, {}, {}};
  for (const StaticMatmul& matmul : network.matmuls) {
    add_matrix(matmul, weights, macro, calibration, quantized);
  }
  return quantized;
}

QuantizedNetwork quantize_network(const Network& network, const Weights& weights,
                                  const ChipSpec& chip, const Calibration& calibration) {
  QuantizedNetwork quantized{chip.macro.input, {}, {}};
  for (const StaticMatmul& matmul : network.matmuls) {
    const MacroSpec& macro = macro_of(matmul, chip);
    add_matrix(matmul, weights, macro, calibration, quantized);
    quantized.input_bits.push_back(macro.input.bits);
  }
  return quantized;
}

QuantizedInputs quantize_inputs(const QuantizedNetwork& network, Index matmul, const Tensor& x) {
  const int bits = network.bits_of(matmul);
  const std::int32_t top = symmetric_max_code(bits);
  const double fixed = network.input_steps[static_cast<size_t>(matmul)];
  QuantizedInputs result{Matrix<std::int32_t>(x.rows(), x.dim(-1)), {}};
  for (Index t = 0; t < x.rows(); ++t) {
    const double step = fixed > 0.0 ? fixed : scale_max(x.row(t), bits);
    const auto codes = quantize(x.row(t), step, top);
    std::copy(codes.begin(), codes.end(), result.codes.row(t).begin());
    result.steps.push_back(step);
  }
  return result;
}

QuantizedEngine::QuantizedEngine(const QuantizedNetwork& network) : network_(network) {
  for (size_t id = 0; id < network.matmuls.size(); ++id) {
    operands_.push_back(make_exact(as_floats(network.matmuls[id].codes),
                                   half_range(network.bits_of(static_cast<Index>(id)))));
  }
}

Tensor QuantizedEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                                 std::span<const std::uint32_t>) const {
  const auto id = static_cast<size_t>(matmul.id);
  const QuantizedInputs inputs = quantize_inputs(network_, matmul.id, x);
  Matrix<double> y;
  exact_product(inputs.codes, operands_[id], {0, matmul.rows}, y);
  return rescale(y, inputs, network_.matmuls[id]);
}

std::vector<RowTile> row_tiles(const StaticMatmul& matmul, const ChipSpec& chip) {
  std::vector<RowTile> tiles;
  const BlockShape shape = block_shape(chip, kind_of(matmul, chip).macro);
  for (const Block& block : partition_matmul(matmul, shape, row_split_of(chip))) {
    if (block.column_tile == 0) tiles.push_back({block.first_row, block.rows});
  }
  return tiles;
}

CrossbarEngine::CrossbarEngine(const Network& network, const QuantizedNetwork& quantized,
                               const ChipSpec& chip, const Calibration& calibration, ChipDraw draw,
                               int threads)
    : macros_(compile_macros(chip)), network_(quantized), digital_(quantized) {
  const Index n = std::ssize(network.matmuls);
  banks_.resize(network.matmuls.size());
  parallel_for(threads, n, [&](Index id) {
    const StaticMatmul& matmul = network.matmuls[static_cast<size_t>(id)];
    const MatrixKind kind = kind_of(matmul, chip);
    if (!kind.in_crossbars) return;
    auto bank = std::make_unique<Bank>();
    bank->kind = static_cast<size_t>(kind.macro);
    const std::vector<RowTile> tiles = row_tiles(matmul, chip);
    for (Index replica = 0; replica < kind.redundancy; ++replica) {
      ChipDraw own = draw;
      own.matrix = static_cast<std::uint32_t>(id + replica * n);  // no two draw the same numbers
      bank->replicas.push_back(written(macros_[bank->kind], tiles, own, id, calibration));
    }
    banks_[static_cast<size_t>(id)] = std::move(bank);
  });
}

/// Programmed, and its converters' ranges set on the calibration inputs.
CrossbarEngine::Replica CrossbarEngine::written(const Macro& macro,
                                                const std::vector<RowTile>& tiles,
                                                const ChipDraw& draw, Index id,
                                                const Calibration& calibration) const {
  const Matrix<std::int32_t>& weights = network_.matmuls[static_cast<size_t>(id)].codes;
  Replica replica{program(macro, weights, tiles, draw), {}};
  const auto& inputs = calibration.inputs;
  if (std::ssize(inputs) <= id || inputs[static_cast<size_t>(id)].size() == 0) return replica;
  const auto codes = quantize_inputs(network_, id, inputs[static_cast<size_t>(id)]).codes;
  calibrate_adc(macro, replica.matrix, codes);
  if (macro.spec.adc.range == "learned") learn_correction(macro, replica.matrix, codes, weights);
  return replica;
}

Tensor CrossbarEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                                std::span<const std::uint32_t> tokens) const {
  if (!is_analog(matmul.id)) return digital_.multiply(matmul, x, tokens);
  Bank& bank = *banks_[static_cast<size_t>(matmul.id)];
  const QuantizedInputs inputs = quantize_inputs(network_, matmul.id, x);
  const double share = 1.0 / static_cast<double>(bank.replicas.size());
  Matrix<double> mean;
  for (Replica& replica : bank.replicas) {
    MvmResult result = mvm(macros_[bank.kind], replica.matrix, inputs.codes, tokens);
    if (bank.replicas.size() == 1) {
      mean = std::move(result.y);
    } else {
      if (mean.values.empty()) mean = Matrix<double>(result.y.rows, result.y.cols);
      add(result.y, share, mean);
    }
    const std::lock_guard lock(bank.mutex);
    replica.counts += result.counts;
  }
  return rescale(mean, inputs, network_.matmuls[static_cast<size_t>(matmul.id)]);
}

const Macro& CrossbarEngine::macro_of(Index matmul) const {
  return macros_[banks_[static_cast<size_t>(matmul)]->kind];
}

bool CrossbarEngine::is_analog(Index matmul) const {
  return banks_[static_cast<size_t>(matmul)] != nullptr;
}

Index CrossbarEngine::redundancy(Index matmul) const {
  return is_analog(matmul) ? std::ssize(banks_[static_cast<size_t>(matmul)]->replicas) : 0;
}

const ProgrammedMatrix& CrossbarEngine::programmed(Index matmul, Index replica) const {
  return banks_[static_cast<size_t>(matmul)]->replicas[static_cast<size_t>(replica)].matrix;
}

ProgrammingCost CrossbarEngine::programming() const {
  ProgrammingCost total;
  Seconds seconds;
  for (size_t kind = 0; kind < macros_.size(); ++kind) {
    ProgrammingCost cost;
    for (const auto& bank : banks_) {
      if (!bank || bank->kind != kind) continue;
      for (const Replica& replica : bank->replicas) cost += replica.matrix.programming;
    }
    seconds += programming_time(macros_[kind].spec.device.programming, cost);
    total += cost;
  }
  total.seconds = seconds;
  return total;
}

MvmCounts CrossbarEngine::counts(Index matmul, Index replica) const {
  Bank& bank = *banks_[static_cast<size_t>(matmul)];
  const std::lock_guard lock(bank.mutex);
  return bank.replicas[static_cast<size_t>(replica)].counts;
}

}  // namespace ohm
