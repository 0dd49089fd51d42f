// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/pass_counter.h"

#include <algorithm>
#include <cmath>

#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

double bytes(Index values, Index bits) {
  return static_cast<double>(values) * static_cast<double>(bits) / 8.0;
}

/// MACs of one layer's attention per position: a head's score and its share of the values.
Index attention_macs(const TransformerSpec& s, bool folded) {
  if (!s.is_latent()) return 2 * s.query_width();
  const Index score = (folded ? s.kv_lora_rank : s.nope_head_dim) + s.rope_head_dim;
  return s.n_heads * (score + (folded ? s.kv_lora_rank : s.v_head_dim));
}

/// Σ of min(t, window) over t = 1 … n.
double growing(double n, double window) {
  const double full = window > 0.0 ? std::min(n, window) : n;
  return full * (full + 1.0) / 2.0 + (n - full) * window;
}

}  // namespace

Prompts& Prompts::operator+=(const Prompts& more) {
  sequences += more.sequences;
  tokens += more.tokens;
  positions += more.positions;
  kept += more.kept;
  return *this;
}

PassCounts& PassCounts::operator+=(const PassCounts& more) {
  weight_bytes += more.weight_bytes;
  kv_bytes += more.kv_bytes;
  macs += more.macs;
  attention_macs += more.attention_macs;
  tokens += more.tokens;
  exchanged_bytes += more.exchanged_bytes;
  return *this;
}

PassCounter::PassCounter(const Network& network, const BaselineBitsSpec& bits) {
  const TransformerSpec& spec = network.spec;
  decoder_ = spec.is_decoder();
  two_stacks_ = spec.n_decoder_layers > 0;
  for (const StaticMatmul& m : network.matmuls) add_matrix(m);
  weight_bytes_ = bytes(1, bits.weights);
  const Index beside = spec.has_adapters() ? adapter_parameter_count(spec) : 0;
  resident_bytes_ = bytes(parameter_count(spec) + beside, bits.weights);
  kv_bytes_ = decoder_ ? bytes(kv_values_per_token(spec), bits.kv) : 0.0;
  layers_ = static_cast<double>(spec.caching_layers());
  source_layers_ = two_stacks_ ? static_cast<double>(spec.n_layers) : 0.0;
  attention_prefill_ =
      static_cast<double>(spec.n_layers) * static_cast<double>(attention_macs(spec, false));
  attention_decode_ = layers_ * static_cast<double>(attention_macs(spec, true));
  for (Index layer = 0; layer < spec.caching_layers(); ++layer) {
    windows_[static_cast<double>(spec.window_of(layer))] += 1.0;
  }
  vector_bytes_ = bytes(spec.d_model, bits.activations);
}

void PassCounter::add_matrix(const StaticMatmul& m) {
  const bool last = decoder_ && (m.part == "head" || m.part == "embed_out");
  const Group group{0.0, static_cast<double>(m.active) / static_cast<double>(m.among),
                    m.once || last, m.source};
  auto found = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) {
    return g.share == group.share && g.once == group.once && g.source == group.source;
  });
  if (found == groups_.end()) found = groups_.insert(groups_.end(), group);
  found->weights += static_cast<double>(m.weights());
}

double PassCounter::attended(double position) const {
  double sum = 0.0;
  for (const auto& [window, layers] : windows_) {
    sum += layers * (window > 0.0 ? std::min(position, window) : position);
  }
  return sum / layers_;
}

double PassCounter::weights_read(double tokens, bool source) const {
  double read = 0.0;
  for (const Group& group : groups_) {
    if (group.source != source) continue;
    // of n experts with k chosen at random by each token, the expected share that any one chose
    read += group.weights * (1.0 - std::pow(1.0 - group.share, tokens));
  }
  return read * weight_bytes_;
}

double PassCounter::macs(double tokens, double sequences, bool source) const {
  double total = 0.0;
  for (const Group& group : groups_) {
    if (group.source != source) continue;
    total += group.weights * group.share * (group.once ? sequences : tokens);
  }
  return total;
}

PassCounts PassCounter::pass(double tokens, double sequences, bool source) const {
  PassCounts counts;
  counts.weight_bytes = weights_read(tokens, source);
  counts.macs = macs(tokens, sequences, source);
  counts.tokens = tokens;
  counts.exchanged_bytes = tokens * vector_bytes_;
  counts.layers = source ? source_layers_ : layers_;
  if (two_stacks_ && !source) counts.parts = 3.0;
  return counts;
}

PassCounts PassCounter::decode(double sequences, double positions) const {
  PassCounts counts = pass(sequences, sequences, false);
  counts.kv_bytes = positions * kv_bytes_;
  counts.attention_macs = positions * attention_decode_;
  return counts;
}

Prompts PassCounter::prompts(double sequences, double prompt) const {
  double sum = 0.0;
  for (const auto& [window, layers] : windows_) {
    sum += layers * (decoder_ && !two_stacks_ ? growing(prompt, window) : prompt * prompt);
  }
  const double positions = sum / layers_;
  return {sequences, sequences * prompt, sequences * positions, sequences * kept(prompt)};
}

PassCounts PassCounter::prefill(const Prompts& prompts) const {
  PassCounts counts = pass(prompts.tokens, prompts.sequences, two_stacks_);
  counts.kv_bytes = prompts.kept * kv_bytes_;
  counts.attention_macs = prompts.positions * attention_prefill_;
  return counts;
}

}  // namespace ohm
