// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/reader.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/chip/map_network.h"
#include "mapping/network/network.h"
#include "mapping/schedule/token_plan.h"
#include "tests/repository.h"

namespace ohm::testing {

/// A shipped chip, with overrides such as {"mesh.columns", "4"}.
inline ChipSpec shipped_chip(const std::vector<Override>& overrides = {},
                             const std::string& name = "rram_22nm") {
  return load_spec<ChipSpec>("chip", name, {{repository::configs()}, overrides});
}

/// The shipped chip with a mesh of its own.
inline Chip chip_on(const MeshSpec& mesh, Index macros_per_tile) {
  static const ChipSpec shipped = shipped_chip();
  ChipSpec spec = shipped;
  spec.mesh = mesh;
  spec.macros_per_tile = macros_per_tile;
  return compile_chip(spec);
}

inline Override with(const std::string& key, const std::string& value) {
  return {key, value, "test"};
}

inline TransformerSpec shipped_network(const std::string& name) {
  return load_spec<TransformerSpec>("network", name, {{repository::configs()}, {}});
}

/// A decoder small enough to count by hand: 2 layers of width 32, 4 heads.
inline TransformerSpec tiny_gpt() {
  TransformerSpec spec;
  spec.name = "tiny-gpt";
  spec.n_layers = 2;
  spec.d_model = 32;
  spec.n_heads = 4;
  spec.d_ff = 128;
  spec.context = 64;
  spec.vocabulary = 50;
  spec.tied_head = true;
  return spec;
}

/// The same with what newer decoders have: grouped queries, rotations, gates, no biases.
inline TransformerSpec tiny_llama() {
  TransformerSpec spec = tiny_gpt();
  spec.name = "tiny-llama";
  spec.family = "llama";
  spec.n_kv_heads = 2;
  spec.positions = "rope";
  spec.qkv_bias = spec.out_bias = spec.ffn_bias = false;
  spec.gated_ffn = true;
  spec.activation = "silu";
  spec.norm = "rmsnorm";
  return spec;
}

/// tiny_llama with routed experts, two of four per token.
inline TransformerSpec tiny_mixtral() {
  TransformerSpec spec = tiny_llama();
  spec.name = "tiny-mixtral";
  spec.family = "mixtral";
  spec.tied_head = false;
  spec.n_experts = 4;
  spec.experts_per_token = 2;
  spec.expert_d_ff = 128;
  return spec;
}

/// Latent attention, one dense layer, then eight experts, two of them per token, and a shared one.
inline TransformerSpec tiny_deepseek() {
  TransformerSpec spec = tiny_mixtral();
  spec.name = "tiny-deepseek";
  spec.family = "deepseek_v3";
  spec.n_layers = 3;
  spec.dense_layers = 1;
  spec.n_kv_heads = 0;
  spec.n_experts = 8;
  spec.n_shared_experts = 1;
  spec.expert_d_ff = 48;
  spec.router_bias = true;
  spec.q_lora_rank = 24;
  spec.kv_lora_rank = 16;
  spec.rope_head_dim = 4;
  spec.nope_head_dim = 8;
  spec.v_head_dim = 8;
  return spec;
}

/// Two stacks of two and three layers.
inline TransformerSpec tiny_t5() {
  TransformerSpec spec = tiny_gpt();
  spec.name = "tiny-t5";
  spec.family = "t5";
  spec.n_decoder_layers = 3;
  spec.positions = "relative";
  spec.relative_buckets = 8;
  spec.qkv_bias = spec.out_bias = spec.ffn_bias = false;
  spec.activation = "relu";
  spec.norm = "rmsnorm";
  return spec;
}

/// An encoder with a classifier.
inline TransformerSpec tiny_bert() {
  TransformerSpec spec = tiny_gpt();
  spec.name = "tiny-bert";
  spec.family = "bert";
  spec.norm_placement = "post";
  spec.tied_head = false;
  spec.token_types = 2;
  spec.pooler = true;
  spec.n_labels = 3;
  return spec;
}

/// An image classifier: 8 × 8 pixels in patches of 2 × 2.
inline TransformerSpec tiny_vit() {
  TransformerSpec spec = tiny_gpt();
  spec.name = "tiny-vit";
  spec.family = "vit";
  spec.vocabulary = 0;
  spec.tied_head = false;
  spec.image_size = 8;
  spec.patch_size = 2;
  spec.channels = 1;
  spec.context = 17;
  spec.n_labels = 10;
  return spec;
}

/// A chain of steps, each alone on its resource: what closed forms describe.
inline TokenPlan chain(const std::vector<Picoseconds>& times) {
  TokenPlan plan;
  for (size_t k = 0; k < times.size(); ++k) {
    plan.resources.push_back({ResourceKind::digital, static_cast<Index>(k), "stage"});
    Step step;
    step.claims = {{static_cast<Index>(k), 0, times[k]}};
    step.latency = times[k];
    if (k > 0) step.after = {static_cast<Index>(k) - 1};
    plan.steps.push_back(step);
  }
  return plan;
}

}  // namespace ohm::testing
