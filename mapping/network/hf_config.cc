// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "core/error.h"
#include "core/spelling.h"
#include "mapping/network/hf_families.h"
#include "mapping/network/json_keys.h"

namespace ohm {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kLargestFile = 4u << 20;

using Spellings = std::vector<std::string>;
using KeyTable = HfKeyTable;

/// GPT-2's own spellings, and those its attribute_map accepts.
const KeyTable& gpt2_keys() {
  static const KeyTable keys{{"n_layers", {"n_layer", "num_hidden_layers"}},
                             {"d_model", {"n_embd", "hidden_size"}},
                             {"n_heads", {"n_head", "num_attention_heads"}},
                             {"d_ff", {"n_inner"}},
                             {"context", {"n_positions", "max_position_embeddings"}},
                             {"vocabulary", {"vocab_size"}},
                             {"norm_epsilon", {"layer_norm_epsilon"}},
                             {"tied_head", {"tie_word_embeddings"}},
                             {"activation", {"activation_function"}}};
  return keys;
}

const KeyTable& encoder_keys() {
  static const KeyTable keys{{"n_layers", {"num_hidden_layers"}},
                             {"d_model", {"hidden_size"}},
                             {"n_heads", {"num_attention_heads"}},
                             {"d_ff", {"intermediate_size"}},
                             {"context", {"max_position_embeddings"}},
                             {"vocabulary", {"vocab_size"}},
                             {"token_types", {"type_vocab_size"}},
                             {"image_size", {"image_size"}},
                             {"patch_size", {"patch_size"}},
                             {"channels", {"num_channels"}},
                             {"n_labels", {"num_labels"}},
                             {"pooler", {"pooler_output_size"}},
                             {"tied_head", {"tie_word_embeddings"}},
                             {"norm_epsilon", {"layer_norm_eps"}},
                             {"activation", {"hidden_act"}}};
  return keys;
}

/// The keys as this file spells them, for messages.
std::map<std::string, std::string> shown_keys(const JsonKeys& file, const KeyTable& table) {
  std::map<std::string, std::string> keys;
  for (const auto& [field, spellings] : table) keys[field] = file.spelling(spellings);
  return keys;
}

const std::map<std::string, std::string> kActivations{
    {"gelu", "gelu"},          {"gelu_python", "gelu"},
    {"gelu_new", "gelu_tanh"}, {"gelu_pytorch_tanh", "gelu_tanh"},
    {"relu", "relu"},          {"gelu_fast", "gelu_tanh"}};

void require_flag(const JsonKeys& file, const std::string& key, bool expected, bool otherwise) {
  if (file.flag(key, otherwise) == expected) return;
  file.refuse(key, fmt::format("{} is not in this version; expected {}", !expected, expected));
}

/// What the file asks for beyond the layers; `otherwise` where it does not say.
std::string architecture(const JsonKeys& file, const std::vector<std::string>& known,
                         const std::string& otherwise) {
  if (!file.contains("architectures")) return otherwise;
  const auto& list = file.root().at("architectures");
  if (!list.is_array() || list.size() != 1 || !list.at(0).is_string()) {
    file.refuse("architectures",
                fmt::format("expected a list of one word, one of: {}", fmt::join(known, ", ")));
  }
  const auto& word = list.at(0).get_ref<const std::string&>();
  if (std::find(known.begin(), known.end(), word) != known.end()) return word;
  file.refuse("architectures",
              fmt::format("{} is not in this version; expected one of: {}{}", in_quotes(word),
                          fmt::join(known, ", "), did_you_mean(word, known)));
}

/// id2label where it is given, else num_labels, else transformers' 2.
Index label_count(const JsonKeys& file) {
  if (!file.contains("id2label")) return file.whole({"num_labels"}, 2);
  const auto& labels = file.root().at("id2label");
  if (!labels.is_object() || labels.empty()) {
    file.refuse("id2label", "expected an object with a name for every label");
  }
  const auto count = static_cast<Index>(labels.size());
  if (file.whole({"num_labels"}, count) != count) {
    file.refuse("num_labels", fmt::format("{} found; expected {}, as id2label has",
                                          file.whole({"num_labels"}, count), count));
  }
  return count;
}

bool names_labels(const JsonKeys& file) {
  return file.contains("id2label") || file.contains("num_labels");
}

/// A side in pixels; transformers also accepts [height, width].
Index side(const HfReader& r, const std::string& field) {
  const JsonKeys& file = r.file();
  const std::string& key = r.key(field);
  if (!file.contains(key) || !file.root().at(key).is_array()) return r.size(field);
  const auto& pair = file.root().at(key);
  if (pair.size() != 2 || !pair.at(0).is_number_unsigned() || pair.at(0) != pair.at(1)) {
    file.refuse(key,
                "images and patches that are not square are not in this version; expected one "
                "number, or the same number twice");
  }
  return file.root().at(key).at(0).get<Index>();
}

/// Families that are read here, not by read_shape_family().
bool shares_the_first_readers(const std::string& family) {
  static const std::set<std::string> first{"bert", "deit", "gpt2", "roberta", "vit"};
  return first.contains(family);
}

void refuse_unsupported(const JsonKeys& file) {
  const std::string family = file.word({"model_type"}, "");
  const bool shape_only = !shares_the_first_readers(family);
  for (const char* key : {"pruned_heads", "quantization_config"}) {
    if (shape_only && std::string(key) == "quantization_config") continue;  // read by its family
    if (!file.contains(key) || file.root().at(key).empty()) continue;
    file.refuse(key,
                "not in this version; expected a plain checkpoint; remove the key, or save the "
                "network without it");
  }
  require_flag(file, "add_cross_attention", false, false);
  if (family != "t5") require_flag(file, "is_encoder_decoder", false, false);
}

TransformerSpec read_gpt2(const JsonKeys& file) {
  const HfReader r(file, gpt2_keys());
  require_flag(file, "scale_attn_weights", true, true);
  require_flag(file, "scale_attn_by_inverse_layer_idx", false, false);
  architecture(file, {"GPT2LMHeadModel"}, "GPT2LMHeadModel");
  TransformerSpec s;
  s.family = "gpt2";
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  // checked before 4 d_model could overflow
  const bool plain = s.d_model > 0 && s.d_model < (Index{1} << 30);
  s.d_ff = r.size_or("d_ff", plain ? 4 * s.d_model : 0);
  s.context = r.size("context");
  s.vocabulary = r.size("vocabulary");
  s.tied_head = r.flag("tied_head", true);
  s.activation = r.activation("gelu_new", kActivations);
  s.norm_epsilon = file.real("layer_norm_epsilon", 1e-5);
  r.refuse_misspellings();
  return s;
}

/// What bert and vit have in common.
TransformerSpec read_encoder(const JsonKeys& file) {
  const HfReader r(file, encoder_keys());
  TransformerSpec s;
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  s.d_ff = r.size("d_ff");
  s.activation = r.activation("gelu", kActivations);
  r.refuse_misspellings();
  s.norm_epsilon = file.real("layer_norm_eps", 1e-12);
  return s;
}

/// Positions of roberta begin after the padding token's (transformers, create_position_ids).
void read_roberta_positions(const JsonKeys& file, TransformerSpec& s) {
  const Index rows = s.context;
  const Index padding = file.whole({"pad_token_id"}, 1);
  if (padding < 0 || padding >= 1024) {
    file.refuse("pad_token_id", fmt::format("{} found; expected from 0 to 1023", padding));
  }
  s.unused_positions = padding + 1;
  if (rows <= s.unused_positions) {
    file.refuse("max_position_embeddings",
                fmt::format("{} found; expected more than pad_token_id + 1 = {}", rows,
                            s.unused_positions));
  }
  s.context -= s.unused_positions;
}

/// bert and roberta.
TransformerSpec read_bert(const JsonKeys& file, const std::string& family) {
  require_flag(file, "is_decoder", false, false);
  const std::string position = file.word({"position_embedding_type"}, "absolute");
  if (position != "absolute") {
    file.refuse("position_embedding_type",
                fmt::format("{} is not in this version; expected 'absolute'", in_quotes(position)));
  }
  const std::string prefix = family == "bert" ? "Bert" : "Roberta";
  Spellings known{prefix + "Model", prefix + "ForMaskedLM", prefix + "ForSequenceClassification"};
  if (family == "bert") known.insert(known.begin() + 1, "BertForPreTraining");
  const std::string outputs =
      architecture(file, known, names_labels(file) ? known.back() : known.front());
  TransformerSpec s = read_encoder(file);
  s.family = family;
  s.norm_placement = "post";
  const HfReader r(file, encoder_keys());
  s.context = r.size("context");
  if (family == "roberta") read_roberta_positions(file, s);
  s.vocabulary = r.size("vocabulary");
  s.token_types = r.size("token_types");
  const bool pretraining = outputs == prefix + "ForPreTraining";
  s.masked_head = pretraining || outputs == prefix + "ForMaskedLM";
  s.tied_head = r.flag("tied_head", true) && s.masked_head;
  s.pooler = pretraining || !s.masked_head;
  // of pre-training: whether one sentence follows the other
  s.n_labels = pretraining ? 2 : outputs == known.back() ? label_count(file) : 0;
  return s;
}

/// vit and deit.
TransformerSpec read_vit(const JsonKeys& file, const std::string& family) {
  const std::string prefix = family == "vit" ? "ViT" : "DeiT";
  const Spellings known{prefix + "Model", prefix + "ForImageClassification"};
  const std::string outputs =
      architecture(file, known, names_labels(file) ? known.back() : known.front());
  TransformerSpec s = read_encoder(file);
  s.family = family;
  const HfReader r(file, encoder_keys());
  s.image_size = side(r, "image_size");
  s.patch_size = side(r, "patch_size");
  s.channels = r.size("channels");
  s.qkv_bias = file.flag("qkv_bias", true);
  s.pooler = outputs == known.front();
  if (const Index width = r.size_or("pooler", s.d_model); s.pooler && width != s.d_model) {
    file.refuse(r.key("pooler"), fmt::format("{} found; expected null, or {} as wide as the layers",
                                             width, s.d_model));
  }
  s.n_labels = outputs == known.back() ? label_count(file) : 0;
  // sizes that cannot be are refused by name, not by the number of patches they would give
  const bool plain = s.patch_size > 0 && s.image_size >= s.patch_size && s.image_size <= (1 << 14);
  s.context = plain ? s.patches() + s.class_tokens() : 1;
  return s;
}

TransformerSpec read_family(const JsonKeys& file) {
  const std::string family = file.word({"model_type"}, "");
  const auto& known = network_families();
  if (family == "gpt2") return read_gpt2(file);
  if (family == "bert" || family == "roberta") return read_bert(file, family);
  if (family == "vit" || family == "deit") return read_vit(file, family);
  if (std::find(known.begin(), known.end(), family) != known.end()) {
    return read_shape_family(file, family);
  }
  if (!file.contains("model_type")) {
    file.refuse("model_type", fmt::format("missing; expected one of: {}", fmt::join(known, ", ")));
  }
  file.refuse(
      "model_type",
      fmt::format("{} is not in this version; expected one of: {}, or the network's shape in "
                  "a YAML file, as in configs/network{}",
                  in_quotes(family), fmt::join(known, ", "), did_you_mean(family, known)));
}

const KeyTable& keys_of(const std::string& family) {
  if (family == "gpt2") return gpt2_keys();
  return shares_the_first_readers(family) ? encoder_keys() : shape_family_keys(family);
}

std::string read_text(const fs::path& file) {
  std::error_code failure;
  if (!fs::is_regular_file(file, failure)) {
    throw ConfigError(
        fmt::format("{}: no such file; expected a Hugging Face config.json, or the "
                    "folder that holds it",
                    file.string()));
  }
  if (fs::file_size(file, failure) > kLargestFile || failure) {
    throw ConfigError(fmt::format("{}: larger than {} bytes; expected a Hugging Face config.json",
                                  file.string(), kLargestFile));
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream) return text.str();
  throw ConfigError(fmt::format("{}: cannot be read; check its permissions", file.string()));
}

}  // namespace

TransformerSpec parse_hf_config(const std::string& text, const std::string& shown) {
  const JsonKeys file(text, shown);
  TransformerSpec spec = read_family(file);
  refuse_unsupported(file);
  check_spec(spec, shown, shown_keys(file, keys_of(spec.family)));
  spec.name = spec.family;
  spec.source = shown;
  return spec;
}

TransformerSpec read_hf_config(const fs::path& folder_or_config_json) {
  std::error_code ignored;  // what cannot be read is refused when it is opened
  const bool folder = fs::is_directory(folder_or_config_json, ignored);
  const fs::path file = folder ? folder_or_config_json / "config.json" : folder_or_config_json;
  TransformerSpec spec = parse_hf_config(read_text(file), file.string());
  const fs::path named = fs::absolute(file, ignored).lexically_normal().parent_path().filename();
  spec.name = named.empty() ? spec.family : named.string();
  return spec;
}

}  // namespace ohm
