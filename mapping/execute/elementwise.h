// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

namespace ohm {

/// Layer normalisation over one vector (Ba, Kiros, Hinton 2016): (x - mean) / sqrt(variance +
/// epsilon) times gain plus bias, in double, sums from the first element on, rounded to fp32 once.
///
/// All spans have the same length, at least 1; `out` may be `x`.
void layer_norm(std::span<const float> x, std::span<const float> gain, std::span<const float> bias,
                double epsilon, std::span<float> out);

/// Softmax over one vector in place, with its maximum subtracted, in double, sums from the first
/// element on. -inf counts as masked unless all are; a NaN makes all NaN. At least one element.
void softmax(std::span<float> x);

/// x Φ(x) with the exact normal distribution function (Hendrycks, Gimpel 2016).
float gelu(float x);

/// Their approximation 0.5 x (1 + tanh(sqrt(2/π) (x + 0.044715 x³))), GPT-2's choice.
float gelu_tanh(float x);

/// Applies gelu, gelu_tanh, relu or tanh to every element. Throws ArgumentError on another word.
void apply_activation(const std::string& function, std::span<float> x);

}  // namespace ohm
