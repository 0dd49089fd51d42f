// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/checkpoint.h"
#include "core/tensor.h"
#include "mapping/network/network.h"

namespace ohm {

/// Gain and bias of one layer normalisation, d_model each.
struct NormWeights {
  Tensor gain, bias;
};

/// Everything trained, fp32, in the order of the network. Tables that a family lacks have shape
/// (0,).
struct Weights {
  std::vector<Tensor> matmul;      ///< by StaticMatmul::id: (rows, columns)
  std::vector<Tensor> bias;        ///< by StaticMatmul::id: (columns,), or (0,) without bias
  std::vector<NormWeights> norms;  ///< by Operator::norm
  Tensor tokens;                   ///< (vocabulary, d_model)
  Tensor positions;                ///< (context, d_model)
  Tensor token_types;              ///< (token_types, d_model)
  Tensor class_token;              ///< (d_model,)
};

/// The weights of a network from a checkpoint with Hugging Face names (gpt2, bert, vit).
///
/// The prefixes "transformer.", "bert." and "vit." may be missing, and LayerNorm may have gamma and
/// beta. Query, key and value become one matrix; a tied head is the embedding transposed; a ViT's
/// patch kernel (d, c, p, p) becomes (c × p × p, d). Other tensors (position ids, heads this
/// network does not have) are left alone, but not layers beyond the network's. Throws ConfigError,
/// naming file and tensor, if one is missing, has another shape, or holds NaN or Inf.
Weights bind_weights(const Network& network, const Checkpoint& checkpoint);

/// Throws ArgumentError unless `weights` has every tensor that `network` needs, in its shape.
void check_weights(const Network& network, const Weights& weights);

}  // namespace ohm
