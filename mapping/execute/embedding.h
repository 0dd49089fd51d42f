// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/tensor.h"
#include "mapping/network/weights.h"

namespace ohm {

/// Token, position and (bert) token-type embeddings, summed in this order: token, type, position.
///
/// Token i stands at position first + i. `types` may be empty: all 0. Returns (tokens, d_model).
/// Ids and positions lie inside their tables.
Tensor embed_tokens(const Weights& weights, std::span<const Index> tokens,
                    std::span<const Index> types, Index first);

/// The class token and the projected patches (patches, d_model), plus positions:
/// (1 + patches, d_model).
Tensor embed_patches(const Weights& weights, const Tensor& patches);

/// The square patches of an image (channels, height, width), row by row, each as its pixels channel
/// by channel and line by line: (patches, channels × patch_size²), the order of a convolution's
/// kernel.
Tensor cut_patches(const Tensor& image, Index patch_size);

}  // namespace ohm
