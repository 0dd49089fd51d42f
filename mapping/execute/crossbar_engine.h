// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "core/quantize.h"
#include "crossbar/read/mvm.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/execute/calibration.h"
#include "mapping/execute/matmul_engine.h"
#include "mapping/network/weights.h"

namespace ohm {

/// Weights of a network as integers, and how activations become integers: what every chip of a
/// design shares before anything is programmed.
struct QuantizedNetwork {
  InputSpec input;
  std::vector<QuantizedMatrix> matmuls;  ///< by StaticMatmul::id
  std::vector<double> input_steps;       ///< by StaticMatmul::id; 0: each token's own maximum
  std::vector<Index> input_bits{};       ///< by StaticMatmul::id; empty: those of `input`

  int bits_of(Index matmul) const {
    return static_cast<int>(input_bits.empty() ? input.bits
                                               : input_bits[static_cast<size_t>(matmul)]);
  }
};

/// Quantises weights per column or tensor, and sets static input ranges from the calibration.
QuantizedNetwork quantize_network(const Network& network, const Weights& weights,
                                  const MacroSpec& macro, const Calibration& calibration);

/// The same where every matrix has the bits and ranges of its own kind of macro.
QuantizedNetwork quantize_network(const Network& network, const Weights& weights,
                                  const ChipSpec& chip, const Calibration& calibration);

/// Activations as integers of input.bits with one step per token.
struct QuantizedInputs {
  Matrix<std::int32_t> codes;
  std::vector<double> steps;
};

/// Throws ArgumentError where an activation is NaN or infinite.
QuantizedInputs quantize_inputs(const QuantizedNetwork& network, Index matmul, const Tensor& x);

/// Multiplies quantised activations with quantised weights exactly: what a lossless chip computes.
class QuantizedEngine : public MatmulEngine {
 public:
  explicit QuantizedEngine(const QuantizedNetwork& network);
  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override;

 private:
  const QuantizedNetwork& network_;
  std::vector<ExactOperand> operands_;
};

/// One programmed chip: every matrix that lives in crossbars is read through the ADCs of its own
/// kind of macro; a matrix that the chip computes digitally is multiplied exactly.
///
/// Replicas of a matrix have errors and noise of their own; a product is the mean of theirs.
class CrossbarEngine : public MatmulEngine {
 public:
  CrossbarEngine(const Network& network, const QuantizedNetwork& quantized, const ChipSpec& chip,
                 const Calibration& calibration, ChipDraw draw, int threads);

  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override;

  const Macro& macro_of(Index matmul) const;
  bool is_analog(Index matmul) const;
  Index redundancy(Index matmul) const;
  const ProgrammedMatrix& programmed(Index matmul, Index replica = 0) const;
  /// What writing all of its cells took.
  ProgrammingCost programming() const;
  /// What all reads of one replica since construction took.
  MvmCounts counts(Index matmul, Index replica = 0) const;

 private:
  struct Replica {
    ProgrammedMatrix matrix;
    MvmCounts counts;
  };
  struct Bank {
    size_t kind = 0;
    std::vector<Replica> replicas;
    std::mutex mutex;
  };

  Replica written(const Macro& macro, const std::vector<RowTile>& tiles, const ChipDraw& draw,
                  Index id, const Calibration& calibration) const;

  std::vector<Macro> macros_;  // by kind
  const QuantizedNetwork& network_;
  QuantizedEngine digital_;
  std::vector<std::unique_ptr<Bank>> banks_;  // null where the matrix is digital
};

/// Row tiles of a matrix on this chip, as the mapper partitions them.
std::vector<RowTile> row_tiles(const StaticMatmul& matmul, const ChipSpec& chip);

}  // namespace ohm
