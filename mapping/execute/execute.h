// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "mapping/execute/matmul_engine.h"
#include "mapping/network/network.h"
#include "mapping/network/weights.h"

namespace ohm {

/// One sequence of tokens, or one image.
struct Input {
  std::vector<Index> tokens;       ///< ids, without padding; empty for an image
  std::vector<Index> token_types;  ///< bert: one per token; empty: all 0
  Tensor image;                    ///< vit: (channels, image_size, image_size)
  std::uint32_t first_token = 0;   ///< number of position 0; keys the engine's noise
};

/// Keys and values of the tokens that a decoder has seen, per layer: what decoding changes.
class KvCache {
 public:
  /// Empty. `first_token` is the number of position 0, which keys the engine's noise.
  /// Throws ArgumentError if the network is not a decoder.
  explicit KvCache(const Network& network, std::uint32_t first_token = 0);

  Index length() const { return length_; }
  std::uint32_t first_token() const { return first_token_; }
  /// Whether it was made for a network of this shape.
  bool fits(const Network& network) const;

 private:
  friend class KvMemory;
  struct Layer {
    std::vector<float> keys, values;  // (positions, d_model)
  };
  std::vector<Layer> layers_;
  Index d_model_ = 0;
  Index length_ = 0;
  std::uint32_t first_token_ = 0;
};

/// Runs the network on one input, all positions at once.
///
/// Returns logits (tokens, vocabulary) of a decoder, logits (1, labels) of a classifier, or the
/// hidden states (positions, d_model) of an encoder without one. Row t of an engine's input is the
/// token number first_token + t; a ViT's patch p (row-major) is number first_token + 1 + p, after
/// the class token. Matmuls that act once see the first token. Norms, softmax and activations are
/// rounded to fp32 from double. The same bits for any split of the work. Throws ArgumentError on an
/// input that does not fit the network, or weights that do not.
Tensor run(const Network& network, const Weights& weights, const MatmulEngine& engine,
           const Input& input);

/// Feeds `tokens` to a decoder after those in the cache, and adds them to it: logits
/// (tokens, vocabulary), bit for bit those of run() on the whole sequence.
///
/// Throws ArgumentError on a bad token or when the context is full; the cache is then unchanged.
Tensor extend(const Network& network, const Weights& weights, const MatmulEngine& engine,
              KvCache& cache, std::span<const Index> tokens);

/// The same for one token: logits (vocabulary,).
Tensor step(const Network& network, const Weights& weights, const MatmulEngine& engine,
            KvCache& cache, Index token);

}  // namespace ohm
