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
  std::string family = "gpt2";  ///< gpt2 | bert | vit
  Index n_layers = 0;
  Index d_model = 0;
  Index n_heads = 0;
  Index d_ff = 0;
  Index context = 0;                                   ///< positions the model has embeddings for
  Index vocabulary = 0;                                ///< 0 for images
  Index token_types = 0;                               ///< bert
  Index image_size = 0, patch_size = 0, channels = 0;  ///< vit
  Index n_labels = 0;                                  ///< classifier outputs; 0: no classifier
  bool pooler = false;                                 ///< bert: dense + tanh on the first token
  bool tied_head = false;                              ///< the head shares the embedding table
  bool qkv_bias = true;
  std::string activation = "gelu";     ///< gelu (erf) | gelu_tanh | relu
  std::string norm_placement = "pre";  ///< pre | post
  double norm_epsilon = 1e-5;

  Index head_size() const { return d_model / n_heads; }
  bool is_decoder() const { return family == "gpt2"; }
  Index patches() const {
    return patch_size ? (image_size / patch_size) * (image_size / patch_size) : 0;
  }
  void visit(Visitor& v);
};

/// Checks every range and rule of a Spec that was not read from YAML.
///
/// `where` opens the message; `keys` renames fields for it (field, key as its user wrote it).
/// Throws ConfigError.
void check_spec(const TransformerSpec& spec, const std::string& where,
                const std::map<std::string, std::string>& keys = {});

/// Trainable values: embeddings, matrices, biases, norms, pooler and classifier; a tied head counts
/// once, with the embedding.
Index parameter_count(const TransformerSpec& spec);

}  // namespace ohm
