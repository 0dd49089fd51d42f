// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/parallel.h"
#include "crossbar/geometry.h"
#include "crossbar/wires/mean_loss.h"
#include "mapping/execute/float_engine.h"

namespace ohm {
namespace {

/// Numbers from here on key the noise of calibration inputs, those below it that of evaluated ones.
constexpr std::uint32_t kCalibrationTokens = 1U << 31;

std::uint32_t first_token(const Network& network, Index input) {
  const Index stride = network.spec.context + 1;
  const Index number = input * stride;
  if (number + stride > Index{kCalibrationTokens}) {
    throw ArgumentError(
        fmt::format("evaluation set: {} inputs of {} positions exceed the 2^31 "
                    "token numbers that key the noise; split it",
                    input + 1, network.spec.context));
  }
  return static_cast<std::uint32_t>(number);
}

/// Scores of one input: of everything, then of each segment.
std::vector<Score> score_input(const Network& network, const Tensor& logits,
                               const EvaluationSet& set, Index i) {
  if (!network.spec.is_decoder()) return {score(logits, {&set.labels[static_cast<size_t>(i)], 1})};
  const auto& tokens = set.inputs[static_cast<size_t>(i)].tokens;
  std::vector<Score> scores{score_next_tokens(logits, tokens, 0, std::ssize(tokens) - 1)};
  for (const Segment& segment : set.segments) {
    scores.push_back(score_next_tokens(logits, tokens, segment.from, segment.to));
  }
  return scores;
}

void check_set(const Network& network, const EvaluationSet& set) {
  const Index labels = network.spec.is_decoder() ? 0 : std::ssize(set.inputs);
  if (set.inputs.empty() || std::ssize(set.labels) != labels) {
    throw ArgumentError(
        fmt::format("evaluation set: {} inputs with {} labels found; expected at "
                    "least one input, and {}",
                    set.inputs.size(), set.labels.size(),
                    network.spec.is_decoder() ? "no labels: a decoder predicts its "
                                                "own next tokens"
                                              : "one label for each"));
  }
  const bool classifies = network.spec.n_labels > 0 && !network.spec.masked_head;
  if (!classifies && !network.spec.is_decoder()) {
    throw ArgumentError(fmt::format("network '{}' has no classifier; expected one to score labels",
                                    network.spec.name));
  }
}

double decibels(double signal, double error) {
  if (error == 0.0) return std::numeric_limits<double>::infinity();
  return 10.0 * std::log10(signal / error);
}

double sqnr_db(const Tensor& exact, const Tensor& noisy) {
  double signal = 0.0, error = 0.0;
  for (size_t i = 0; i < exact.values.size(); ++i) {
    const double y = static_cast<double>(exact.values[i]);
    const double miss = y - static_cast<double>(noisy.values[i]);
    signal += y * y;
    error += miss * miss;
  }
  return decibels(signal, error);
}

void add_array_figures(const Macro& macro, const ProgrammedMatrix& matrix, MatmulQuality& quality) {
  for (const ProgrammedTile& tile : matrix.tiles) {
    const Index rows = std::min(tile.rows.rows, inputs_per_group(macro.spec));
    const double loss = mean_wire_loss(
        macro.spec.array, array_load(macro, rows, tile.rows.rows, tile.mean_conductance,
                                     quality.activity.bit_density));
    quality.wire_loss = std::max(quality.wire_loss, loss);
  }
}

}  // namespace

Accuracy evaluate(const Network& network, const Weights& weights, const MatmulEngine& engine,
                  const EvaluationSet& set, int threads) {
  check_set(network, set);
  std::vector<std::vector<Score>> scores(set.inputs.size());
  parallel_for(threads, std::ssize(set.inputs), [&](Index i) {
    Input input = set.inputs[static_cast<size_t>(i)];
    input.first_token = first_token(network, i);
    // nothing follows a sequence's last token, so it is a target only
    if (network.spec.is_decoder() && !input.tokens.empty()) input.tokens.pop_back();
    scores[static_cast<size_t>(i)] =
        score_input(network, run(network, weights, engine, input), set, i);
  });
  std::vector<Score> totals;
  for (size_t part = 0; part < scores.front().size(); ++part) {
    std::vector<Score> parts;
    for (const auto& one : scores) parts.push_back(one[part]);
    totals.push_back(combine(parts));
  }
  return {totals.front(), {totals.begin() + 1, totals.end()}};
}

Calibration record_calibration(const Network& network, const Weights& weights,
                               const std::vector<Input>& inputs, Index limit) {
  const FloatEngine floats(weights);
  const RecordingEngine recorder(floats, std::ssize(network.matmuls), limit);
  for (const Input& input : inputs) run(network, weights, recorder, input);
  return recorder.calibration();
}

std::vector<std::vector<float>> channel_maxima(const Calibration& calibration) {
  std::vector<std::vector<float>> maxima;
  for (const Tensor& x : calibration.inputs) {
    std::vector<float> channels(x.rank() == 2 ? static_cast<size_t>(x.shape[1]) : 0, 0.0F);
    for (size_t i = 0; i < x.values.size(); ++i) {
      float& largest = channels[i % channels.size()];
      largest = std::max(largest, std::abs(x.values[i]));
    }
    maxima.push_back(channels);
  }
  return maxima;
}

InputStatistics MatmulQuality::independent_activity() const {
  InputStatistics independent = activity;
  independent.cell_level = mean_cell_level;
  return independent;
}

std::vector<MatmulQuality> matmul_quality(const Network& network, const Weights& weights,
                                          const CrossbarEngine& engine,
                                          const Calibration& calibration) {
  if (calibration.inputs.size() != network.matmuls.size()) {
    throw ArgumentError(fmt::format("calibration: inputs of {} matrices; expected {}",
                                    calibration.inputs.size(), network.matmuls.size()));
  }
  const FloatEngine floats(weights);
  std::vector<MatmulQuality> all;
  for (const StaticMatmul& matmul : network.matmuls) {
    const Tensor& x = calibration.inputs[static_cast<size_t>(matmul.id)];
    std::vector<std::uint32_t> tokens(static_cast<size_t>(x.rows()));
    std::iota(tokens.begin(), tokens.end(), kCalibrationTokens);
    const bool analog = engine.is_analog(matmul.id);
    const MvmCounts before = analog ? engine.counts(matmul.id) : MvmCounts{};
    MatmulQuality quality;
    quality.sqnr_db =
        sqnr_db(floats.multiply(matmul, x, tokens), engine.multiply(matmul, x, tokens));
    if (analog) {
      const MvmCounts counts = engine.counts(matmul.id) - before;
      const auto conversions = static_cast<double>(std::max<std::int64_t>(1, counts.conversions));
      const Macro& macro = engine.macro_of(matmul.id);
      const Index per_slice = conversions_per_slice(macro.spec.weight);
      // of digital subtraction one conversion is simulated for the two of a pair
      quality.clip_rate = static_cast<double>(counts.clipped * per_slice) / conversions;
      quality.fused_rate = static_cast<double>(counts.fused) / conversions;
      quality.activity = input_statistics(macro, engine.programmed(matmul.id), counts);
      quality.mean_cell_level = mean_cell_level(macro, engine.programmed(matmul.id));
      add_array_figures(macro, engine.programmed(matmul.id), quality);
    }
    all.push_back(quality);
  }
  return all;
}

}  // namespace ohm
