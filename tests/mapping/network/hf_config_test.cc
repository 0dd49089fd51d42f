// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_config.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;

/// Sizes of the first published model of each family.
nlohmann::json sizes_of(const std::string& family) {
  if (family == "gpt2") {
    return {{"n_layer", 12},
            {"n_embd", 768},
            {"n_head", 12},
            {"n_positions", 1024},
            {"vocab_size", 50257}};
  }
  nlohmann::json sizes{{"num_hidden_layers", 12},
                       {"hidden_size", 768},
                       {"num_attention_heads", 12},
                       {"intermediate_size", 3072}};
  if (family == "vit" || family == "deit") {
    sizes.update({{"image_size", 224}, {"patch_size", 16}, {"num_channels", 3}});
  } else {
    sizes.update({{"max_position_embeddings", 512}, {"vocab_size", 30522}, {"type_vocab_size", 2}});
  }
  return sizes;
}

/// Those sizes, with `more` instead or on top.
TransformerSpec read(const std::string& family, const std::string& more = "") {
  nlohmann::json file = sizes_of(family);
  file["model_type"] = family;
  file.update(nlohmann::json::parse("{" + more + "}"));
  return parse_hf_config(file.dump(), "config.json");
}

std::string fault(const std::string& family, const std::string& more) {
  return tiny::message_of<ConfigError>([&] { read(family, more); });
}

TEST(HfConfig, ReadsGpt2) {
  const TransformerSpec s = read("gpt2");
  EXPECT_EQ(s.n_layers, 12);
  EXPECT_EQ(s.d_ff, 3072);
  EXPECT_EQ(s.vocabulary, 50257);
  EXPECT_TRUE(s.tied_head);
  EXPECT_EQ(s.activation, "gelu_tanh");
  EXPECT_EQ(s.norm_epsilon, 1e-5);
  EXPECT_EQ(parameter_count(s), 124439808);
}

TEST(HfConfig, ReadsBert) {
  const TransformerSpec s = read("bert");
  EXPECT_EQ(s.norm_placement, "post");
  EXPECT_EQ(s.norm_epsilon, 1e-12);
  EXPECT_EQ(s.activation, "gelu");
  EXPECT_EQ(s.n_labels, 0);
  EXPECT_EQ(parameter_count(s), 109482240);
}

TEST(HfConfig, ReadsVit) {
  const TransformerSpec s = read("vit", R"("num_labels": 1000)");
  EXPECT_EQ(s.context, 197);
  EXPECT_EQ(parameter_count(s), 86567656);
  EXPECT_EQ(read("vit").n_labels, 0);
}

TEST(HfConfig, ReadsBothSpellingsOfGpt2) {
  const TransformerSpec s = parse_hf_config(
      R"({"model_type": "gpt2", "hidden_size": 64, "num_attention_heads": 4, "vocab_size": 9,
      "num_hidden_layers": 3, "max_position_embeddings": 99, "n_inner": null})",
      "config.json");
  EXPECT_EQ(s.d_model, 64);
  EXPECT_EQ(s.n_heads, 4);
  EXPECT_EQ(s.n_layers, 3);
  EXPECT_EQ(s.context, 99);
  EXPECT_EQ(s.d_ff, 256);
  EXPECT_EQ(read("gpt2", R"("n_inner": 100)").d_ff, 100);
  EXPECT_FALSE(read("gpt2", R"("tie_word_embeddings": false)").tied_head);
}

TEST(HfConfig, LetsArchitecturesDecideWhatFollowsTheLayers) {
  const auto architecture = [](const std::string& word, const std::string& more = "") {
    return fmt::format(R"("architectures": ["{}"]{})", word, more);
  };
  EXPECT_TRUE(read("bert", architecture("BertModel")).pooler);
  EXPECT_FALSE(read("bert", architecture("BertForMaskedLM")).pooler);
  const TransformerSpec classifier = read("bert", architecture("BertForSequenceClassification"));
  EXPECT_EQ(classifier.n_labels, 2);
  EXPECT_TRUE(classifier.pooler);
  const std::string labels = R"(, "id2label": {"0": "a", "1": "b", "2": "c"})";
  EXPECT_EQ(read("vit", architecture("ViTForImageClassification", labels)).n_labels, 3);
  EXPECT_EQ(read("vit", architecture("ViTModel", labels)).n_labels, 0);
  EXPECT_THAT(
      fault("gpt2", architecture("GPT2ForSequenceClassification")),
      HasSubstr("config.json: architectures: 'GPT2ForSequenceClassification' is not in this "
                "version; expected one of: GPT2LMHeadModel"));
  EXPECT_THAT(fault("bert", R"("architectures": [])"), HasSubstr("architectures"));
}

TEST(HfConfig, KnowsTheNamesOfActivations) {
  EXPECT_EQ(read("bert", R"("hidden_act": "gelu_new")").activation, "gelu_tanh");
  EXPECT_EQ(read("gpt2", R"("activation_function": "relu")").activation, "relu");
  EXPECT_EQ(read("gpt2", R"("activation_function": "gelu")").activation, "gelu");
  EXPECT_THAT(fault("bert", R"("hidden_act": "silu")"),
              HasSubstr("config.json: hidden_act: 'silu' is not in this version"));
}

TEST(HfConfig, RefusesKeysThatWouldChangeTheComputation) {
  for (const auto& [family, more] : std::vector<std::pair<std::string, std::string>>{
           {"gpt2", R"("scale_attn_by_inverse_layer_idx": true)"},
           {"gpt2", R"("scale_attn_weights": false)"},
           {"gpt2", R"("add_cross_attention": true)"},
           {"bert", R"("position_embedding_type": "relative_key")"},
           {"bert", R"("is_decoder": true)"},
           {"gpt2", R"("quantization_config": {"bits": 4})"},
           {"gpt2", R"("pruned_heads": {"1": [0]})"}}) {
    EXPECT_THAT(fault(family, more), HasSubstr("not in this version")) << more;
  }
  EXPECT_NO_THROW(read("gpt2", R"("reorder_and_upcast_attn": true, "pruned_heads": {})"));
}

TEST(HfConfig, SaysThatOtherFamiliesAreNotInThisVersion) {
  for (const char* family : {"dbrx", "stablelm", "cohere"}) {
    EXPECT_EQ(
        fault(family, ""),
        fmt::format("config.json: model_type: '{}' is not in this version; expected one of: "
                    "bert, bitnet, bloom, deepseek_v2, deepseek_v3, deit, falcon, gemma, gemma2, "
                    "gemma3_text, gpt2, gpt_neox, gptj, llama, mistral, mixtral, mpt, opt, phi, "
                    "phi3, qwen2, qwen3, qwen3_moe, "
                    "roberta, starcoder2, t5, vit, or the network's shape in a YAML file, as "
                    "in configs/network",
                    family));
  }
  EXPECT_THAT(fault("gtp2", ""), HasSubstr("did you mean 'gpt2'?"));
  EXPECT_EQ(tiny::message_of<ConfigError>([] { parse_hf_config("{}", "c.json"); }),
            "c.json: model_type: missing; expected one of: bert, bitnet, bloom, deepseek_v2, "
            "deepseek_v3, deit, falcon, gemma, gemma2, gemma3_text, gpt2, gpt_neox, gptj, llama, "
            "mistral, mixtral, mpt, opt, phi, phi3, "
            "qwen2, qwen3, qwen3_moe, roberta, starcoder2, t5, vit");
}

TEST(HfConfig, NamesTheKeyOfABadSize) {
  EXPECT_EQ(fault("gpt2", R"("n_embd": 770)"),
            "config.json: n_head: 12 heads do not divide d_model = 770; expected a divisor");
  EXPECT_THAT(fault("gpt2", R"("n_layer": -2)"), HasSubstr("config.json: n_layer: -2 found"));
  EXPECT_THAT(fault("gpt2", R"("n_embd": 9223372036854775807)"),
              HasSubstr("config.json: n_embd: 9223372036854775807 found"));
  EXPECT_THAT(fault("gpt2", R"("hidden_size": 64)"), HasSubstr("hidden_size"));  // and n_embd: 768
  EXPECT_THAT(fault("bert", R"("vocab_size": 0)"), HasSubstr("config.json: vocab_size: "));
  EXPECT_THAT(fault("vit", R"("patch_size": 15)"), HasSubstr("config.json: patch_size: 15 pixels"));
  EXPECT_THAT(fault("vit", R"("patch_size": 0)"), HasSubstr("config.json: patch_size: "));
  EXPECT_THAT(fault("vit", R"("image_size": -224)"), HasSubstr("config.json: image_size: -224"));
  EXPECT_THAT(fault("vit", R"("image_size": 9223372036854775807)"), HasSubstr("image_size"));
  EXPECT_THAT(fault("bert", R"("hidden_size": "768")"), HasSubstr("config.json: hidden_size: "));
  EXPECT_THAT(fault("bert", R"("layer_norm_eps": -1)"), HasSubstr("config.json: layer_norm_eps"));
  EXPECT_THAT(fault("vit", R"("num_labels": 3, "id2label": {"0": "a"})"), HasSubstr("num_labels"));
}

TEST(HfConfig, GuessesNoSize) {
  for (const char* family : {"gpt2", "bert", "roberta", "vit", "deit"}) {
    const nlohmann::json sizes = sizes_of(family);
    for (const auto& [key, value] : sizes.items()) {
      EXPECT_THAT(fault(family, fmt::format(R"("{}": null)", key)),
                  HasSubstr(fmt::format("config.json: {}: missing", key)))
          << family;
    }
  }
  EXPECT_THAT(fault("gpt2", R"("n_layer": null, "n_layr": 24)"), HasSubstr("'n_layr'"));
  EXPECT_THAT(fault("gpt2", R"("n_iner": 24)"), HasSubstr("n_iner: unknown key; did you mean"));
}

TEST(HfConfig, TakesSquareSidesAsPairs) {
  EXPECT_EQ(read("vit", R"("image_size": [32, 32], "patch_size": [8, 8])").context, 17);
  EXPECT_THAT(fault("vit", R"("image_size": [32, 64])"), HasSubstr("not square"));
}

TEST(HfConfig, ReadsTheRelativesOfBertAndVit) {
  const TransformerSpec roberta =
      read("roberta", R"("architectures": ["RobertaModel"], "vocab_size": 50265,
      "max_position_embeddings": 514, "type_vocab_size": 1)");
  EXPECT_EQ(roberta.context, 512);
  EXPECT_EQ(parameter_count(roberta), 124645632);
  EXPECT_THAT(fault("roberta", R"("max_position_embeddings": 2)"),
              HasSubstr("expected more than pad_token_id + 1 = 2"));
  EXPECT_THAT(fault("roberta", R"("pad_token_id": 9223372036854775807)"),
              HasSubstr("pad_token_id: 9223372036854775807 found"));
  const TransformerSpec deit = read("deit", R"("num_labels": 1000)");
  EXPECT_EQ(deit.context, 198);
  EXPECT_EQ(parameter_count(deit), 86567656 + 2 * 768);  // distillation token and its position
}

TEST(HfConfig, ReadsAFolderAndNamesItsFile) {
  const auto s = read_hf_config(std::string(repository::golden()) + "/bert_tiny");
  EXPECT_EQ(s.name, "bert_tiny");
  EXPECT_EQ(s.n_labels, 5);
  EXPECT_EQ(s.norm_epsilon, 1e-3);
  EXPECT_THAT(tiny::message_of<ConfigError>([] { read_hf_config("/no/such/folder"); }),
              HasSubstr("/no/such/folder: no such file"));
  EXPECT_THAT(tiny::message_of<ConfigError>([] { read_hf_config(repository::golden()); }),
              HasSubstr("config.json: no such file"));
}

// Totals: parameters of the transformers library's models (5.23), tied ones once.
TEST(HfConfig, CountsTheHeadThatPredictsMaskedTokens) {
  const std::string bert = R"("architectures": ["BertForMaskedLM"])";
  // no pooler, but a dense layer as large; a norm, and a bias beside the tied table
  EXPECT_EQ(parameter_count(read("bert", bert)), 109482240 + 2 * 768 + 30522);
  EXPECT_EQ(parameter_count(read("bert", bert)), 109514298);
  EXPECT_EQ(parameter_count(read("bert", bert + R"(, "tie_word_embeddings": false)")), 132985716);
  // pooler, and whether one sentence follows the other
  EXPECT_EQ(parameter_count(read("bert", R"("architectures": ["BertForPreTraining"])")),
            109514298 + (768 * 768 + 768) + 2 * 769);
  EXPECT_EQ(parameter_count(read("roberta", R"("architectures": ["RobertaForMaskedLM"],
      "vocab_size": 50265, "max_position_embeddings": 514, "type_vocab_size": 1)")),
            124697433);
  EXPECT_EQ(macs_per_token(build_network(read("bert", bert))), 84934656 + 768 * (768 + 30522));
  EXPECT_THAT(fault("bert", bert + R"(, "tie_word_embeddings": null)"),
              HasSubstr("tie_word_embeddings: null found"));
}

TEST(HfConfig, CountsThePoolerOfImages) {
  EXPECT_EQ(parameter_count(read("vit", R"("architectures": ["ViTModel"])")), 86389248);
  EXPECT_EQ(parameter_count(read("deit", R"("architectures": ["DeiTModel"])")), 86390784);
  EXPECT_EQ(build_network(read("vit")).matmuls.size(), 1 + 12 * 4u);  // it is not run
  EXPECT_NO_THROW(read("vit", R"("pooler_output_size": 768)"));
  EXPECT_THAT(fault("vit", R"("pooler_output_size": 10)"), HasSubstr("pooler_output_size: 10"));
  EXPECT_FALSE(read("vit", R"("num_labels": 3, "pooler_output_size": 10)").pooler);
}

}  // namespace
}  // namespace ohm
