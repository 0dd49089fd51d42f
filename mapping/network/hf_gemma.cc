// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_gemma.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "mapping/network/hf_language_model.h"
#include "mapping/network/hf_layer_types.h"
#include "mapping/network/hf_llama.h"

namespace ohm {
namespace {

/// A number above 0; 0 where it is null or, unless it must be there, missing.
double positive(const JsonKeys& file, const std::string& key, bool must) {
  if (must && !file.root().contains(key)) {
    file.refuse(key, "missing; expected a number above 0, or null");
  }
  if (!file.contains(key)) return 0;
  const double number = file.real(key, 0);
  if (number > 0) return number;
  file.refuse(key, fmt::format("{} found; expected a number above 0, or null", number));
}

/// One type per layer, as the file says it or as the family has it.
std::vector<std::string> types_of(const HfReader& r, const std::string& family, Index layers) {
  const JsonKeys& file = r.file();
  const char* key = "sliding_window_pattern";
  const auto stated = stated_layer_types(file, layers);
  if (!file.contains(key)) {
    if (!stated.empty()) return stated;
    if (family == "gemma2") return full_every(2, layers);
    file.refuse("layer_types", "missing, and so is sliding_window_pattern; expected one of them");
  }
  const Index pattern = file.whole({key}, 0);
  if (pattern < 1) file.refuse(key, fmt::format("{} found; expected at least 1", pattern));
  auto types = full_every(pattern, layers);
  if (stated.empty() || stated == types) return types;
  file.refuse(key,
              fmt::format("{} found, and layer_types has others; expected one of both", pattern));
}

}  // namespace

HfKeyTable later_gemma_keys() {
  HfKeyTable keys = biased_llama_keys();
  keys["activation"] = {"hidden_activation"};  // the library reads no other
  return keys;
}

TransformerSpec read_gemma(const HfReader& r, const std::string& family) {
  if (family == "gemma") {
    refuse_mixed_layers(r.file(), false);
    r.size_or("sliding_window", 0);  // no window, but a sound file
  }
  TransformerSpec s = read_llama(r, family);
  read_grouped_heads(r, s, false);
  s.head_dim = r.size("head_dim");
  s.tied_head = r.flag("tied_head", true);
  s.activation = r.activation("gelu_pytorch_tanh", hf_activations());
  return s;
}

TransformerSpec read_later_gemma(const HfReader& r, const std::string& family) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_gemma(r, family);
  require_whole_heads(r, s);
  s.output_norms = true;
  s.head_norms = family == "gemma3_text";
  const bool capped = family == "gemma2";
  s.score_cap = positive(file, "attn_logit_softcapping", capped);
  s.output_cap = positive(file, "final_logit_softcapping", capped);
  positive(file, "query_pre_attn_scalar", true);
  if (file.flag("use_bidirectional_attention", false)) {
    file.refuse("use_bidirectional_attention", "true is not in this version; expected false");
  }
  set_layer_types(r, types_of(r, family, s.n_layers), s);
  return s;
}

}  // namespace ohm
