// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mapping/network/network.h"
#include "mapping/network/weights.h"

namespace ohm {

/// The matmuls (positions in Network::matmuls) that read the norm at `vertex`, if nothing else
/// does.
///
/// Empty where the norm's output also goes elsewhere, as in post-norm models it feeds the residual
/// stream too (except the last norm, before a pooler).
std::vector<Index> matmuls_behind(const Network& network, Index vertex);

/// The vertices of the norms whose channels can be scaled, in the order of the computation.
///
/// Throws ArgumentError for a post-norm model (bert), whose norms also feed the residual stream.
std::vector<Index> scalable_norms(const Network& network);

/// Multiplies gain and bias of a norm's channels by `factors` (d_model of them) and divides the
/// matching rows of every matmul that reads it: the network computes the same function.
///
/// Throws ArgumentError if `vertex` is no such norm, or a factor is not finite and positive.
void scale_channels(const Network& network, Weights& weights, Index vertex,
                    std::span<const float> factors);

/// Activation channels that are much larger than the others.
struct OutlierSpec {
  double factor = 30.0;    ///< how much larger
  Index channels = 2;      ///< per norm, chosen at random for each
  std::uint32_t seed = 0;  ///< which channels
};

/// Gives every norm of a pre-norm model large activation channels, as large language models have
/// (Dettmers et al., LLM.int8(), 2022), without changing the function.
///
/// Throws ArgumentError for a post-norm model, a factor that is not finite and positive, or more
/// channels than there are.
void inject_outliers(const Network& network, Weights& weights, const OutlierSpec& spec);

/// Moves the range of activation channels into the weights behind them: channel j is divided by
/// s_j = max|x_j|^alpha / max|W_j|^(1 - alpha) (Xiao et al., SmoothQuant, 2023), folded into the
/// norm before the matmul.
///
/// `input_maxima` holds, by StaticMatmul::id, max|x_j| of every input channel over calibration
/// data; it may be empty for matmuls that read no norm. A channel that is 0 in x or W stays as it
/// is. Departure: of several matmuls behind one norm the largest x and W count, not one alone.
/// Throws ArgumentError for a post-norm model, alpha outside [0, 1], or missing or invalid maxima.
void smooth(const Network& network, Weights& weights,
            std::span<const std::vector<float>> input_maxima, double alpha = 0.5);

}  // namespace ohm
