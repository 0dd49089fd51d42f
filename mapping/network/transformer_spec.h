// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"

namespace ohm {

/// The shape of a Transformer: everything that decides its operators, nothing about its weights.
struct TransformerSpec {
  std::string name;
  std::vector<std::string> aliases;  ///< other names it answers to, such as its Hugging Face name
  std::string source;
  std::string family = "gpt2";  ///< as Hugging Face's model_type, see network_families()
  Index n_layers = 0;
  Index d_model = 0;
  Index n_heads = 0;
  Index d_ff = 0;
  Index context = 0;                                   ///< positions the model has embeddings for
  Index vocabulary = 0;                                ///< 0 for images
  Index token_types = 0;                               ///< bert
  Index image_size = 0, patch_size = 0, channels = 0;  ///< vit
  Index n_labels = 0;                                  ///< classifier outputs; 0: no classifier
  bool pooler = false;       ///< encoders: dense + tanh on the first token
  bool masked_head = false;  ///< bert: dense, activation, norm and head over the vocabulary
  bool tied_head = false;    ///< the head shares the embedding table
  bool head_bias = false;    ///< decoders: of the head
  bool qkv_bias = true, out_bias = true, ffn_bias = true;
  std::string activation = "gelu";     ///< gelu (erf) | gelu_tanh | relu | silu | relu2
  bool gated_ffn = false;              ///< down(activation(gate x) ⊙ up x), Shazeer 2020
  std::string norm = "layernorm";      ///< layernorm | rmsnorm (no mean, no bias)
  std::string norm_placement = "pre";  ///< pre | post
  std::string block = "sequential";    ///< sequential | parallel | parallel_one_norm
  double norm_epsilon = 1e-5;
  bool final_norm = true;             ///< pre-norm models: after the last layer
  bool norm_bias = true;              ///< of a layernorm
  bool embedding_norm = false;        ///< decoders: the embedding is normalised
  bool output_norms = false;          ///< also what attention and feed-forward part add
  bool sub_norms = false;             ///< BitNet: also before attention's output and ffn_down
  bool head_norms = false;            ///< queries and keys are normalised head by head
  std::string positions = "learned";  ///< learned | rope | relative | alibi
  Index rope_dim = 0;                 ///< rotated part of a head; 0: all of it
  Index unused_positions = 0;         ///< rows of the position table before the first position
  Index relative_buckets = 0;         ///< t5: of the position bias, per head and stack
  Index n_kv_heads = 0;               ///< heads of keys and values; 0: n_heads
  Index head_dim = 0;                 ///< 0: d_model / n_heads
  Index sliding_window = 0;           ///< positions that a token sees; 0: all before it
  /// sliding_attention | full_attention, layer by layer and then from the start; empty: all alike
  std::vector<std::string> layer_types;
  double score_cap = 0;         ///< scores become cap · tanh(score / cap); 0: they stay
  double output_cap = 0;        ///< the same of the head's outputs
  Index embedding_dim = 0;      ///< width of the embedding table; 0: d_model
  Index n_decoder_layers = 0;   ///< t5: of the second stack; n_layers is the encoder's
  Index n_experts = 0;          ///< routed experts of a layer; 0: one dense feed-forward
  Index experts_per_token = 0;  ///< routed experts that a token passes through
  Index n_shared_experts = 0;   ///< experts that every token passes through
  Index expert_d_ff = 0;        ///< inner width of one expert
  Index dense_layers = 0;       ///< first layers without experts
  bool router_bias = false;     ///< one value per expert, added to choose experts
  Index q_lora_rank = 0;        ///< multi-head latent attention; 0: a full query matrix
  Index kv_lora_rank = 0;       ///< multi-head latent attention (MLA); 0: not used
  Index rope_head_dim = 0;      ///< MLA: part of a head with positions
  Index nope_head_dim = 0;      ///< MLA: part of a query or key without positions
  Index v_head_dim = 0;         ///< MLA: a head's value
  Index weight_levels = 0;      ///< values of a trained weight; 3: ternary; 0: a real number
  Index lora_rank = 0;          ///< of low-rank adapters; 0: none
  std::vector<std::string> lora_parts;    ///< matrices with an adapter: parts of a StaticMatmul
  std::string lora_placement = "merged";  ///< merged (into the weights) | beside (own matrices)

  Index head_size() const { return head_dim > 0 ? head_dim : d_model / n_heads; }
  Index kv_heads() const { return n_kv_heads > 0 ? n_kv_heads : n_heads; }
  Index query_width() const { return n_heads * head_size(); }
  Index kv_width() const { return kv_heads() * head_size(); }
  Index table_width() const { return embedding_dim > 0 ? embedding_dim : d_model; }
  Index layers_of_both_stacks() const { return n_layers + n_decoder_layers; }
  /// Layers whose keys and values are kept from token to token.
  Index caching_layers() const { return n_decoder_layers > 0 ? n_decoder_layers : n_layers; }
  /// Positions that a token sees in this layer at most; 0: all before it.
  Index window_of(Index layer) const;
  /// The same in the layer that sees most.
  Index widest_window() const;
  /// Whether adapters are matrices of their own.
  bool has_adapters() const { return lora_rank > 0 && lora_placement == "beside"; }
  /// Whether layer `layer` has a router and experts.
  bool routes(Index layer) const { return n_experts > 0 && layer >= dense_layers; }
  /// Attention and feed-forward part read the same vector.
  bool is_parallel() const { return block != "sequential"; }
  bool is_latent() const { return kv_lora_rank > 0; }
  bool is_bert() const { return family == "bert" || family == "roberta"; }
  bool is_image() const { return family == "vit" || family == "deit"; }
  /// Whether it produces tokens one after the other.
  bool is_decoder() const { return !is_bert() && !is_image(); }
  /// Tokens that stand before the patches of an image: class token; deit: also distillation token.
  Index class_tokens() const { return family == "deit" ? 2 : 1; }
  Index patches() const {
    return patch_size ? (image_size / patch_size) * (image_size / patch_size) : 0;
  }
  void visit(Visitor& v);
};

/// Every family, by Hugging Face's model_type, in alphabetical order.
const std::vector<std::string>& network_families();

/// Whether numbers can be computed (gpt2, bert, vit); the shape of every family has a cost.
bool is_executable(const TransformerSpec& spec);

/// Throws ArgumentError, in one sentence, for a family whose numbers are not in this version.
void require_executable(const TransformerSpec& spec);

/// Checks every range and rule of a Spec that was not read from YAML.
///
/// `where` opens the message; `keys` renames fields for it (field, key as its user wrote it).
/// Throws ConfigError.
void check_spec(const TransformerSpec& spec, const std::string& where,
                const std::map<std::string, std::string>& keys = {});

}  // namespace ohm
