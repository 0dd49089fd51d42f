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

}  // namespace

QuantizedNetwork quantize_network(const Network& network, const Weights& weights,
                                  const MacroSpec& macro, const Calibration& calibration) {
  const auto scale =
      macro.weight.scale == "column" ? WeightScale::per_column : WeightScale::per_tensor;
  QuantizedNetwork quantized{macro.input, {}, {}};
  for (const StaticMatmul& matmul : network.matmuls) {
    const auto id = static_cast<size_t>(matmul.id);
    quantized.matmuls.push_back(quantize_weights(as_matrix(weights.matmul[id]),
                                                 static_cast<int>(macro.weight.bits), scale));
    const bool dynamic = macro.input.range == "dynamic";
    if (!dynamic && (calibration.inputs.size() <= id || calibration.inputs[id].size() == 0)) {
      throw ArgumentError(fmt::format("input.range is {}: matrix '{}' has no calibration inputs",
                                      macro.input.range, matmul.name));
    }
    quantized.input_steps.push_back(dynamic ? 0.0
                                            : static_step(macro.input, calibration.inputs[id]));
  }
  return quantized;
}

QuantizedInputs quantize_inputs(const QuantizedNetwork& network, Index matmul, const Tensor& x) {
  const int bits = static_cast<int>(network.input.bits);
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
  for (const QuantizedMatrix& matrix : network.matmuls) {
    operands_.push_back(make_exact(as_floats(matrix.codes), half_range(network.input.bits)));
  }
}

Tensor QuantizedEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                                 std::span<const std::uint32_t>) const {
  const auto id = static_cast<size_t>(matmul.id);
  const QuantizedInputs inputs = quantize_inputs(network_, matmul.id, x);
  Matrix<double> y;
  exact_product(as_floats(inputs.codes), operands_[id], {0, matmul.rows},
                half_range(network_.input.bits), y);
  return rescale(y, inputs, network_.matmuls[id]);
}

std::vector<RowTile> row_tiles(const StaticMatmul& matmul, const ChipSpec& chip) {
  std::vector<RowTile> tiles;
  for (const Block& block : partition_matmul(matmul, block_shape(chip), row_split_of(chip))) {
    if (block.column_tile == 0) tiles.push_back({block.first_row, block.rows});
  }
  return tiles;
}

CrossbarEngine::CrossbarEngine(const Network& network, const QuantizedNetwork& quantized,
                               const ChipSpec& chip, const Calibration& calibration, ChipDraw draw,
                               int threads)
    : macro_(compile_macro(chip.macro)), network_(quantized), digital_(quantized) {
  banks_.resize(network.matmuls.size());
  parallel_for(threads, std::ssize(network.matmuls), [&](Index id) {
    const StaticMatmul& matmul = network.matmuls[static_cast<size_t>(id)];
    if (!in_crossbars(matmul, chip)) return;
    auto bank = std::make_unique<Bank>();
    ChipDraw own = draw;
    own.matrix = static_cast<std::uint32_t>(id);
    bank->matrix = program(macro_, quantized.matmuls[static_cast<size_t>(id)].codes,
                           row_tiles(matmul, chip), own);
    const auto& inputs = calibration.inputs;
    if (std::ssize(inputs) > id && inputs[static_cast<size_t>(id)].size() > 0) {
      const auto codes = quantize_inputs(quantized, id, inputs[static_cast<size_t>(id)]).codes;
      calibrate_adc(macro_, bank->matrix, codes);
      if (macro_.spec.adc.range == "learned") {
        learn_correction(macro_, bank->matrix, codes,
                         quantized.matmuls[static_cast<size_t>(id)].codes);
      }
    }
    banks_[static_cast<size_t>(id)] = std::move(bank);
  });
}

Tensor CrossbarEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                                std::span<const std::uint32_t> tokens) const {
  if (!is_analog(matmul.id)) return digital_.multiply(matmul, x, tokens);
  Bank& bank = *banks_[static_cast<size_t>(matmul.id)];
  const QuantizedInputs inputs = quantize_inputs(network_, matmul.id, x);
  const MvmResult result = mvm(macro_, bank.matrix, inputs.codes, tokens);
  {
    const std::lock_guard lock(bank.mutex);
    bank.counts += result.counts;
  }
  return rescale(result.y, inputs, network_.matmuls[static_cast<size_t>(matmul.id)]);
}

bool CrossbarEngine::is_analog(Index matmul) const {
  return banks_[static_cast<size_t>(matmul)] != nullptr;
}

const ProgrammedMatrix& CrossbarEngine::programmed(Index matmul) const {
  return banks_[static_cast<size_t>(matmul)]->matrix;
}

ProgrammingCost CrossbarEngine::programming() const {
  ProgrammingCost cost;
  for (const auto& bank : banks_) {
    if (bank) cost += bank->matrix.programming;
  }
  cost.seconds = programming_time(macro_.spec.device.programming, cost);
  return cost;
}

MvmCounts CrossbarEngine::counts(Index matmul) const {
  Bank& bank = *banks_[static_cast<size_t>(matmul)];
  const std::lock_guard lock(bank.mutex);
  return bank.counts;
}

}  // namespace ohm
