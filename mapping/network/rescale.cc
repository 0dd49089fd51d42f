// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/rescale.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/random.h"

namespace ohm {
namespace {

constexpr std::uint8_t kOutlierPurpose = 0x4f;  // the stream that chooses the outliers' channels

Tensor& matrix(Weights& weights, Index matmul) {
  return weights.matmul[static_cast<size_t>(matmul)];
}

void check_factors(const Operator& op, std::span<const float> factors) {
  if (std::ssize(factors) != op.out_features) {
    throw ArgumentError(fmt::format("{}: {} factors; expected {}, one for each channel", op.name,
                                    factors.size(), op.out_features));
  }
  for (const float factor : factors) {
    if (std::isfinite(factor) && factor > 0.0F) continue;
    throw ArgumentError(
        fmt::format("{}: factor {} found; expected a finite positive number", op.name, factor));
  }
}

/// Distinct channels: those with the smallest uniforms of the norm's own stream.
std::vector<Index> random_channels(const OutlierSpec& spec, const Operator& op) {
  const StreamKey key{spec.seed, 0, kOutlierPurpose};
  const Counter counter{static_cast<std::uint32_t>(op.norm), 0, 0};
  std::vector<double> draw(static_cast<size_t>(op.out_features));
  for (size_t j = 0; j < draw.size(); ++j) {
    draw[j] = uniform_at(key, counter, static_cast<Index>(j));
  }
  std::vector<Index> channels(draw.size());
  std::iota(channels.begin(), channels.end(), Index{0});
  std::stable_sort(channels.begin(), channels.end(), [&](Index a, Index b) {
    return draw[static_cast<size_t>(a)] < draw[static_cast<size_t>(b)];
  });
  channels.resize(static_cast<size_t>(spec.channels));
  return channels;
}

void check_maxima(const StaticMatmul& matmul, std::span<const std::vector<float>> input_maxima) {
  const bool given = matmul.id < std::ssize(input_maxima) &&
                     std::ssize(input_maxima[static_cast<size_t>(matmul.id)]) == matmul.rows;
  if (!given) {
    throw ArgumentError(fmt::format("{}: no maxima of its {} input channels; expected one for each",
                                    matmul.name, matmul.rows));
  }
  for (const float x : input_maxima[static_cast<size_t>(matmul.id)]) {
    if (std::isfinite(x) && x >= 0.0F) continue;
    throw ArgumentError(
        fmt::format("{}: maximum {} of an input channel; expected a finite number "
                    "of at least 0",
                    matmul.name, x));
  }
}

float largest_magnitude(std::span<const float> row) {
  float largest = 0.0F;
  for (const float w : row) largest = std::max(largest, std::abs(w));
  return largest;
}

/// 1 / s_j, what the norm's channel is multiplied by.
float smoothing_factor(float x, float w, double alpha) {
  if (x == 0.0F || w == 0.0F) return 1.0F;
  const double s =
      std::pow(static_cast<double>(x), alpha) / std::pow(static_cast<double>(w), 1.0 - alpha);
  return static_cast<float>(1.0 / s);
}

}  // namespace

std::vector<Index> matmuls_behind(const Network& network, Index vertex) {
  std::vector<Index> matmuls;
  auto [edge, end] = boost::out_edges(static_cast<size_t>(vertex), network.graph);
  for (; edge != end; ++edge) {
    const Operator& reader = network.graph[boost::target(*edge, network.graph)];
    if (reader.kind != OpKind::matmul) return {};
    matmuls.push_back(reader.matmul);
  }
  return matmuls;
}

std::vector<Index> scalable_norms(const Network& network) {
  if (network.spec.norm_placement != "pre") {
    throw ArgumentError(
        fmt::format("{}: a post-norm model found, whose norms also feed the residual stream; "
                    "expected a pre-norm "
                    "model (gpt2, vit), where channels can be scaled without changing the function",
                    network.spec.name.empty() ? network.spec.family : network.spec.name));
  }
  std::vector<Index> norms;
  for (const Index vertex : network.order) {
    const bool is_norm = network.op(vertex).kind == OpKind::norm;
    if (is_norm && !matmuls_behind(network, vertex).empty()) norms.push_back(vertex);
  }
  return norms;
}

void scale_channels(const Network& network, Weights& weights, Index vertex,
                    std::span<const float> factors) {
  const bool exists = vertex >= 0 && vertex < std::ssize(network.order);
  if (!exists || network.op(vertex).kind != OpKind::norm ||
      matmuls_behind(network, vertex).empty()) {
    throw ArgumentError(
        fmt::format("operator {}: channels cannot be scaled here; expected a norm "
                    "that feeds matmuls and nothing else",
                    exists ? network.op(vertex).name : std::to_string(vertex)));
  }
  const Operator& op = network.op(vertex);
  check_factors(op, factors);
  check_weights(network, weights);
  NormWeights& norm = weights.norms[static_cast<size_t>(op.norm)];
  for (size_t j = 0; j < factors.size(); ++j) {
    norm.gain.values[j] *= factors[j];
    norm.bias.values[j] *= factors[j];
    for (const Index id : matmuls_behind(network, vertex)) {
      for (float& w : matrix(weights, id).row(static_cast<Index>(j))) w /= factors[j];
    }
  }
}

void inject_outliers(const Network& network, Weights& weights, const OutlierSpec& spec) {
  const Index width = network.spec.d_model;
  if (spec.channels < 0 || spec.channels > width) {
    throw ArgumentError(
        fmt::format("outliers: {} channels; expected 0 to {}, the width of the "
                    "network",
                    spec.channels, width));
  }
  for (const Index vertex : scalable_norms(network)) {
    std::vector<float> factors(static_cast<size_t>(width), 1.0F);
    for (const Index channel : random_channels(spec, network.op(vertex))) {
      factors[static_cast<size_t>(channel)] = static_cast<float>(spec.factor);
    }
    scale_channels(network, weights, vertex, factors);
  }
}

void smooth(const Network& network, Weights& weights,
            std::span<const std::vector<float>> input_maxima, double alpha) {
  if (!(alpha >= 0.0 && alpha <= 1.0)) {
    throw ArgumentError(fmt::format("smooth: alpha is {}; expected 0 to 1", alpha));
  }
  check_weights(network, weights);
  const auto norms = scalable_norms(network);
  for (const Index vertex : norms) {
    for (const Index id : matmuls_behind(network, vertex)) {
      check_maxima(network.matmuls[static_cast<size_t>(id)], input_maxima);
    }
  }
  for (const Index vertex : norms) {
    std::vector<float> factors(static_cast<size_t>(network.spec.d_model));
    for (size_t j = 0; j < factors.size(); ++j) {
      float x = 0.0F, w = 0.0F;
      for (const Index id : matmuls_behind(network, vertex)) {
        x = std::max(x, input_maxima[static_cast<size_t>(id)][j]);
        w = std::max(w, largest_magnitude(matrix(weights, id).row(static_cast<Index>(j))));
      }
      factors[j] = smoothing_factor(x, w, alpha);
    }
    scale_channels(network, weights, vertex, factors);
  }
}

}  // namespace ohm
