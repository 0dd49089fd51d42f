// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_language_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/spelling.h"

namespace ohm {

const std::map<std::string, std::string>& hf_activations() {
  static const std::map<std::string, std::string> words{
      {"gelu", "gelu"},           {"gelu_new", "gelu_tanh"}, {"gelu_pytorch_tanh", "gelu_tanh"},
      {"gelu_fast", "gelu_tanh"}, {"relu", "relu"},          {"relu2", "relu2"},
      {"silu", "silu"},           {"swish", "silu"}};
  return words;
}

void require_language_model(const JsonKeys& file) {
  if (!file.contains("architectures")) return;
  const auto& list = file.root().at("architectures");
  const bool one = list.is_array() && list.size() == 1 && list.at(0).is_string();
  const std::string word = one ? list.at(0).get<std::string>() : "";
  for (const char* end : {"ForCausalLM", "ForConditionalGeneration", "WithLMHeadModel"}) {
    if (word.ends_with(end)) return;
  }
  file.refuse("architectures", fmt::format("{} is not in this version; expected a list of one "
                                           "language model, such as LlamaForCausalLM",
                                           one ? in_quotes(word) : list.dump().substr(0, 80)));
}

Index trained_levels(const JsonKeys& file) {
  if (!file.contains("quantization_config")) return 0;
  const auto& how = file.root().at("quantization_config");
  const std::string word =
      how.is_object() && how.contains("quant_method") && how.at("quant_method").is_string()
          ? how.at("quant_method").get<std::string>()
          : "";
  if (word == "bitnet") return 3;
  if (word == "fp8") return 0;
  file.refuse("quantization_config",
              fmt::format("quant_method {} is not in this version; expected bitnet or fp8, or a "
                          "plain checkpoint: remove the key",
                          in_quotes(word)));
}

Index rotated_part(const JsonKeys& file, const std::string& key, double otherwise,
                   const TransformerSpec& spec) {
  double share = file.real(key, otherwise);
  const char* newer = "rope_parameters";
  if (!file.contains(key) && file.contains(newer)) {
    const auto& rope = file.root().at(newer);
    const bool given = rope.is_object() && rope.contains("partial_rotary_factor");
    if (given) share = JsonKeys(rope.dump(), file.shown()).real("partial_rotary_factor", share);
  }
  if (!(share > 0.0 && share <= 1.0)) {
    file.refuse(key, fmt::format("{} found; expected more than 0, at most 1", share));
  }
  if (spec.n_heads < 1 || share == 1.0) return 0;
  return std::max<Index>(1, static_cast<Index>(share * static_cast<double>(spec.head_size())));
}

}  // namespace ohm
