// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/elementwise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

template <class Function>
void apply(std::span<float> x, Function function) {
  std::transform(x.begin(), x.end(), x.begin(), function);
}

float relu(float x) {
  return x < 0.0F ? 0.0F : x;
}

float hyperbolic_tangent(float x) {
  return static_cast<float>(std::tanh(static_cast<double>(x)));
}

}  // namespace

void layer_norm(std::span<const float> x, std::span<const float> gain, std::span<const float> bias,
                double epsilon, std::span<float> out) {
  assert(!x.empty() && x.size() == gain.size() && x.size() == bias.size() &&
         x.size() == out.size());
  const auto n = static_cast<double>(x.size());
  double sum = 0.0, squares = 0.0;
  for (const float value : x) sum += static_cast<double>(value);
  const double mean = sum / n;
  for (const float value : x) {
    const double deviation = static_cast<double>(value) - mean;
    squares += deviation * deviation;
  }
  const double factor = 1.0 / std::sqrt(squares / n + epsilon);
  for (size_t i = 0; i < x.size(); ++i) {
    const double normed = (static_cast<double>(x[i]) - mean) * factor;
    out[i] =
        static_cast<float>(normed * static_cast<double>(gain[i]) + static_cast<double>(bias[i]));
  }
}

void softmax(std::span<float> x) {
  assert(!x.empty());
  float largest = -std::numeric_limits<float>::infinity();
  for (const float value : x) largest = std::max(largest, value);
  double sum = 0.0;
  for (float& value : x) {
    value = static_cast<float>(std::exp(static_cast<double>(value) - static_cast<double>(largest)));
    sum += static_cast<double>(value);
  }
  for (float& value : x) value = static_cast<float>(static_cast<double>(value) / sum);
}

// In double and rounded once, so that the last bit of a math library's erf, tanh or exp cannot
// show.
float gelu(float x) {
  const auto v = static_cast<double>(x);
  return static_cast<float>(0.5 * v * std::erfc(-v / std::numbers::sqrt2));
}

float gelu_tanh(float x) {
  const auto v = static_cast<double>(x);
  const double inner = std::sqrt(2.0 / std::numbers::pi) * (v + 0.044715 * v * v * v);
  return static_cast<float>(0.5 * v * (1.0 + std::tanh(inner)));
}

void apply_activation(const std::string& function, std::span<float> x) {
  if (function == "gelu") return apply(x, gelu);
  if (function == "gelu_tanh") return apply(x, gelu_tanh);
  if (function == "relu") return apply(x, relu);
  if (function == "tanh") return apply(x, hyperbolic_tangent);
  throw ArgumentError(fmt::format("activation: {} found; expected gelu, gelu_tanh, relu or tanh",
                                  in_quotes(function)));
}

}  // namespace ohm
