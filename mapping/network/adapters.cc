// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/adapters.h"

#include <set>

namespace ohm {
namespace {

bool stores_qkv_as_one(const TransformerSpec& spec) {
  static const std::set<std::string> families{"bloom", "falcon", "gpt2", "gpt_neox", "mpt", "phi3"};
  return families.contains(spec.family);
}

}  // namespace

bool adapts_gate_with_up(const TransformerSpec& spec) {
  return spec.family == "phi3" && spec.gated_ffn;
}

std::vector<AdapterModule> adapter_modules(const TransformerSpec& spec, const std::string& part) {
  const Index q = spec.query_width(), kv = spec.kv_width();
  if (part == "qkv") {
    if (stores_qkv_as_one(spec)) return {{part, part, q + 2 * kv}};
    return {{"q", "q", q}, {"k", "k", kv}, {"v", "v", kv}};
  }
  const bool wide = part == "ffn_up" || part == "ffn_gate";
  const std::string input = wide && adapts_gate_with_up(spec) ? "ffn_gate_up" : part;
  return {{part, input, wide ? spec.d_ff : spec.d_model}};
}

}  // namespace ohm
