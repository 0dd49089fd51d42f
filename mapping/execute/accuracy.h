// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/execute/crossbar_engine.h"
#include "mapping/execute/execute.h"
#include "mapping/execute/score.h"

namespace ohm {

/// Positions [from, to) of each sequence whose predictions are scored apart.
struct Segment {
  std::string name;
  Index from = 0, to = 0;
};

/// What a network is scored on: sequences that predict their own next tokens, or inputs with
/// labels.
struct EvaluationSet {
  std::vector<Input> inputs;
  std::vector<Index> labels;      ///< one per input of a classifier; empty for a decoder
  std::vector<Segment> segments;  ///< decoders only
};

/// Scores over all inputs: of everything, then of each segment.
struct Accuracy {
  Score whole;
  std::vector<Score> segments;
};

/// Runs every input through the network and scores it; the same bits for any number of threads.
///
/// A decoder runs on all tokens of a sequence but the last, which is a target only. Input i gets
/// the token numbers from i × (context + 1) on. Throws ArgumentError where labels are missing or do
/// not fit.
Accuracy evaluate(const Network& network, const Weights& weights, const MatmulEngine& engine,
                  const EvaluationSet& set, int threads);

/// Inputs of every matrix, at most `limit` tokens each, while the network runs in floats.
Calibration record_calibration(const Network& network, const Weights& weights,
                               const std::vector<Input>& inputs, Index limit);

/// Largest |x| of every input channel of every matrix, for smooth().
std::vector<std::vector<float>> channel_maxima(const Calibration& calibration);

/// How one matrix fares on a chip, measured on its calibration inputs.
struct MatmulQuality {
  double sqnr_db = 0.0;    ///< signal over error power of its outputs against floats; +inf if equal
  double clip_rate = 0.0;  ///< share of conversions beyond the last code
  double fused_rate = 0.0;   ///< share of conversions that were not simulated one by one
  double wire_loss = 0.0;    ///< mean_wire_loss() of its fullest array, as programmed
  InputStatistics activity;  ///< of its inputs and cells, for estimate()
  double mean_cell_level = InputStatistics{}.cell_level;  ///< of its cells, driven or not

  /// `activity`, were its inputs independent of its weights.
  InputStatistics independent_activity() const;
};
std::vector<MatmulQuality> matmul_quality(const Network& network, const Weights& weights,
                                          const CrossbarEngine& engine,
                                          const Calibration& calibration);

}  // namespace ohm
