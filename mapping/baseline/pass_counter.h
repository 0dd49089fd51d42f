// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "mapping/baseline/baseline_spec.h"
#include "mapping/network/network.h"

namespace ohm {

/// What one pass of tokens through a network moves and multiplies, counted from its operators.
struct PassCounts {
  double weight_bytes = 0.0;  ///< matrices, each read once; of experts those that are chosen
  double kv_bytes = 0.0;      ///< keys and values read (decode) or written (prefill)
  double macs = 0.0;          ///< in static weights
  double attention_macs = 0.0;
  double tokens = 0.0;           ///< that pass together
  double exchanged_bytes = 0.0;  ///< one vector per token: what a sum over devices moves
  double layers = 0.0;
  double parts = 2.0;  ///< of a layer: attention and feed-forward part; 3 with cross-attention

  double bytes() const { return weight_bytes + kv_bytes; }
  double operations() const { return 2.0 * (macs + attention_macs); }
  /// Adds what another pass moves and multiplies; layers and parts stay those of this one.
  PassCounts& operator+=(const PassCounts& more);
};

/// Prompts that are read in one pass, as the sums that a pass depends on.
struct Prompts {
  double sequences = 0.0, tokens = 0.0;
  double positions = 0.0;  ///< Σ over tokens of the positions that each attends to
  double kept = 0.0;       ///< tokens whose keys and values are kept, those of a source included

  Prompts& operator+=(const Prompts& more);
};

/// The sums over a network's operators that every pass is made of.
///
/// Biases, norms, embedding rows and activations in memory are left out: below 0.1 % of the bytes
/// of any network from 1 G parameters on. kv_b of latent attention is folded into queries and
/// outputs while decoding (DeepSeek-V2, 2024, 2.1.2), so that attention reads the latent alone.
/// Of two stacks, the prompt is what the first one reads, with keys and values for all layers of
/// the second one made once (cross_kv); every pass of the second one reads these and those of its
/// own tokens, so that both count as positions (Raffel et al., JMLR 2020, 2.1).
class PassCounter {
 public:
  PassCounter(const Network& network, const BaselineBitsSpec& bits);

  /// One new token of each of `sequences`, which attend to `positions` in total, itself and those
  /// of a source included.
  PassCounts decode(double sequences, double positions) const;
  /// Whole inputs; the output matrix runs once per sequence. Of two stacks the first one alone:
  /// decode() makes the first output behind it.
  PassCounts prefill(const Prompts& prompts) const;
  /// `sequences` inputs of `prompt` tokens each.
  Prompts prompts(double sequences, double prompt) const;

  double weight_bytes() const { return resident_bytes_; }  ///< of all parameters
  double kv_bytes_per_token() const { return kv_bytes_; }  ///< over all layers
  /// Positions that a token reads that has `position` before it and with it, those of a source
  /// included: the mean over the layers.
  double attended(double position) const;
  /// Positions of a sequence of `tokens` tokens, those of a source included, that are kept.
  double kept(double tokens) const { return attended(tokens); }

 private:
  /// Matrices that are read alike: n of them, of which a token uses `active` of `among`.
  struct Group {
    double weights = 0.0, share = 1.0;
    bool once = false;    ///< one token per sequence only
    bool source = false;  ///< in the pass of the first of two stacks only
  };
  void add_matrix(const StaticMatmul& matmul);
  double weights_read(double tokens, bool source) const;
  double macs(double tokens, double sequences, bool source) const;
  PassCounts pass(double tokens, double sequences, bool source) const;

  std::vector<Group> groups_;
  bool decoder_ = true, two_stacks_ = false;
  double resident_bytes_ = 0.0, weight_bytes_ = 0.0, kv_bytes_ = 0.0;
  double attention_prefill_ = 0.0, attention_decode_ = 0.0;  ///< MACs per position, all layers
  std::map<double, double> windows_;  // layers by the positions that they see; 0: all
  double vector_bytes_ = 0.0;
  double layers_ = 0.0, source_layers_ = 0.0;  // of the only or second stack; of the first of two
};

}  // namespace ohm
