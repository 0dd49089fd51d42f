// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"

#include <gtest/gtest.h>

#include <boost/graph/topological_sort.hpp>
#include <map>
#include <set>

#include "core/error.h"
#include "mapping/network/find_network.h"
#include "tests/mapping/network/published_totals.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

Network preset(const std::string& name) {
  return build_network(find_network(name, {repository::configs()}));
}

std::vector<Network> all_families() {
  return {build_network(tiny::gpt2()), build_network(tiny::bert()), build_network(tiny::vit())};
}

/// Static weights of all matmuls but those of `without`.
Index weights_of(const Network& network, const std::set<std::string>& without) {
  Index sum = 0;
  for (const StaticMatmul& m : network.matmuls) sum += without.contains(m.part) ? 0 : m.weights();
  return sum;
}

TEST(Network, HasTheWeightsOfGpt2Small) {
  const Network network = preset("gpt2-small");
  EXPECT_EQ(weights_of(network, {"head"}), 84934656);
  EXPECT_EQ(network.matmuls.back().part, "head");
  EXPECT_EQ(network.matmuls.back().weights(), 38597376);
  EXPECT_FALSE(network.matmuls.back().bias);
  EXPECT_FALSE(network.matmuls.back().once);
  EXPECT_EQ(network.matmuls.size(), 12 * 4 + 1u);
}

TEST(Network, HasTheWeightsOfThePublishedEncoders) {
  EXPECT_EQ(weights_of(preset("bert-base"), {}), 84934656);
  EXPECT_EQ(weights_of(preset("bert-large"), {}), 301989888);
  EXPECT_EQ(weights_of(preset("vit-base-patch16-224"), {"patch", "head"}), 84934656);
  EXPECT_EQ(weights_of(preset("vit-base-patch16-224"), {}), 84934656 + 768 * 768 + 768 * 1000);
}

TEST(Network, CountsTwelveSquaresOfTheWidthPerLayer) {
  // MACs per token in static weights: 4 d² of attention and 2 d d_ff
  for (const Network& network : all_families()) {
    const TransformerSpec& s = network.spec;
    EXPECT_EQ(weights_of(network, {"patch", "pooler", "head"}),
              s.n_layers * (4 * s.d_model * s.d_model + 2 * s.d_model * s.d_ff));
  }
}

TEST(Network, KeepsEveryProducerBeforeItsConsumers) {
  for (const Network& network : all_families()) {
    const auto n = boost::num_vertices(network.graph);
    ASSERT_EQ(network.order.size(), n);
    std::map<Index, size_t> position;
    for (size_t i = 0; i < n; ++i) position[network.order[i]] = i;
    ASSERT_EQ(position.size(), n);
    for (auto [e, end] = boost::edges(network.graph); e != end; ++e) {
      EXPECT_LT(position[static_cast<Index>(boost::source(*e, network.graph))],
                position[static_cast<Index>(boost::target(*e, network.graph))]);
    }
    std::vector<size_t> sorted;
    EXPECT_NO_THROW(boost::topological_sort(network.graph, std::back_inserter(sorted)));
  }
}

TEST(Network, GivesConsumersAsManyFeaturesAsTheirProducersMake) {
  for (const Network& network : all_families()) {
    for (auto [e, end] = boost::edges(network.graph); e != end; ++e) {
      const Operator& from = network.graph[boost::source(*e, network.graph)];
      const Operator& to = network.graph[boost::target(*e, network.graph)];
      const bool values = to.kind == OpKind::attention_values && from.kind == OpKind::matmul;
      EXPECT_EQ(from.out_features, values ? 3 * to.out_features : to.in_features)
          << from.name << " -> " << to.name;
    }
  }
}

TEST(Network, HasOneSinkAndTheSourcesOfItsFamily) {
  for (const Network& network : all_families()) {
    Index sinks = 0, sources = 0;
    for (const Index v : network.order) {
      sinks += boost::out_degree(static_cast<size_t>(v), network.graph) == 0;
      sources += boost::in_degree(static_cast<size_t>(v), network.graph) == 0;
      const auto inputs = boost::in_degree(static_cast<size_t>(v), network.graph);
      const OpKind kind = network.op(v).kind;
      const bool two = kind == OpKind::residual || kind == OpKind::attention_values;
      if (inputs > 0) {
        EXPECT_EQ(inputs, two ? 2u : 1u) << network.op(v).name;
      }
    }
    EXPECT_EQ(sinks, 1);
    EXPECT_EQ(sources, 1);
  }
}

TEST(Network, ListsTheOperatorsOfAGpt2Layer) {
  const Network network = build_network(tiny::gpt2());
  std::string names;
  for (const Index v : network.order) {
    if (network.op(v).layer == 1) names += network.op(v).name + " ";
  }
  EXPECT_EQ(names,
            "h.1.norm1 h.1.attn.qkv h.1.attn.scores h.1.attn.softmax h.1.attn.values h.1.attn.out "
            "h.1.attn.residual h.1.norm2 h.1.ffn.up h.1.ffn.activation h.1.ffn.down "
            "h.1.ffn.residual ");
}

TEST(Network, NumbersMatmulsAndNormsInTheirOrder) {
  for (const Network& network : all_families()) {
    Index matmul = 0, norm = 0;
    for (const Index v : network.order) {
      const Operator& op = network.op(v);
      if (op.kind == OpKind::norm) {
        EXPECT_EQ(op.norm, norm++);
      }
      if (op.kind != OpKind::matmul) continue;
      const StaticMatmul& m = network.matmuls[static_cast<size_t>(matmul)];
      EXPECT_EQ(op.matmul, matmul++);
      EXPECT_EQ(m.name, op.name);
      EXPECT_EQ(m.id, op.matmul);
      EXPECT_EQ(m.once, op.once);
      EXPECT_EQ(m.layer, op.layer);
    }
    EXPECT_EQ(matmul, std::ssize(network.matmuls));
    EXPECT_EQ(norm, 2 * network.spec.n_layers + 1);
  }
}

TEST(Network, ActsOnceBehindTheFirstTokenOfAnEncoder) {
  const Network bert = build_network(tiny::bert());
  EXPECT_EQ(bert.op(bert.order.back()).name, "head");
  Index once = 0;
  for (const Index v : bert.order) once += bert.op(v).once;
  EXPECT_EQ(once, 3);  // pooler, tanh, classifier
  TransformerSpec s = tiny::bert();
  s.n_labels = 0;
  const Network states = build_network(s);
  EXPECT_EQ(states.op(states.order.back()).name, "h.1.norm2");
  EXPECT_EQ(states.matmuls.size(), 8u);
}

TEST(Network, PredictsMaskedTokensBehindEveryTokenOfAnEncoder) {
  TransformerSpec s = tiny::bert();
  s.n_labels = 2;  // with a pooler, as of BertForPreTraining
  s.masked_head = s.tied_head = true;
  s.activation = "relu";
  for (const char* family : {"bert", "roberta"}) {
    s.family = family;
    const Network network = build_network(s);
    std::string names;
    for (size_t i = network.order.size() - 5; i < network.order.size(); ++i) {
      const Operator& op = network.op(network.order[i]);
      names += op.name + " ";
      EXPECT_FALSE(op.once || op.output) << op.name;
      if (op.name != "head.activation") continue;
      EXPECT_EQ(op.function, s.family == "bert" ? "relu" : "gelu");
    }
    EXPECT_EQ(names, "h.1.norm2 head.dense head.activation head.norm head ");
    EXPECT_EQ(network.matmuls.back().columns, s.vocabulary);
    EXPECT_TRUE(network.matmuls.back().bias);
  }
}

TEST(Network, HasTheLayerWeightsOfEveryPublishedNetwork) {
  for (const auto& published : tiny::published_totals()) {
    const Network network = preset(published.name);
    Index sum = 0;
    for (const StaticMatmul& m : network.matmuls) {
      sum += m.layer >= 0 ? m.weights() : 0;
    }
    EXPECT_EQ(sum, published.layer_weights) << published.name;
  }
}

/// Linear multiply-accumulates of a token: the layers' weights and the output matrix.
TEST(MacsPerToken, AreThoseOfTheWeightsThatATokenUses) {
  EXPECT_EQ(macs_per_token(preset("llama-3-8b")), 7504658432);
  EXPECT_EQ(macs_per_token(preset("llama-3-70b")), 69501714432);
  EXPECT_EQ(macs_per_token(preset("gpt3-175b")), 174563733504);
  // two of eight experts, the router and the head
  EXPECT_EQ(macs_per_token(preset("mixtral-8x7b")), 12617515008 + 131072000);
  EXPECT_NEAR(static_cast<double>(macs_per_token(preset("deepseek-v3"))), 37e9, 1e9);
  EXPECT_NEAR(static_cast<double>(macs_per_token(preset("deepseek-v2"))), 21e9, 1e9);
}

TEST(Network, CountsEveryParameterThatIsNotInATable) {
  for (const auto& name : {"llama-3-8b", "qwen2.5-0.5b", "opt-125m", "opt-350m", "mixtral-8x7b",
                           "deepseek-v2-lite", "deepseek-v3", "bitnet-b1.58-2b-4t", "t5-3b"}) {
    const Network network = preset(name);
    const TransformerSpec& s = network.spec;
    Index sum = s.vocabulary * s.table_width();
    if (s.positions == "learned") sum += (s.context + s.unused_positions) * s.d_model;
    if (s.n_decoder_layers > 0) sum += 2 * s.relative_buckets * s.n_heads;
    for (const StaticMatmul& m : network.matmuls) {
      sum += m.part == "head" && s.tied_head ? 0 : m.weights() + (m.bias ? m.columns : 0);
    }
    for (const Index v : network.order) {
      const Operator& op = network.op(v);
      if (op.kind == OpKind::norm) sum += (s.norm == "rmsnorm" ? 1 : 2) * op.out_features;
    }
    EXPECT_EQ(parameter_count(s), sum) << name;
  }
}

TEST(Network, ListsTheOperatorsOfALlamaLayer) {
  const Network network = preset("llama-3-8b");
  std::string names;
  for (const Index v : network.order) {
    if (network.op(v).layer == 0) names += network.op(v).name.substr(4) + " ";
  }
  EXPECT_EQ(names,
            "norm1 attn.qkv attn.rope attn.scores attn.softmax attn.values attn.out attn.residual "
            "norm2 ffn.up ffn.gate ffn.activation ffn.product ffn.down ffn.residual ");
  EXPECT_EQ(network.matmuls.front().columns, 4096 + 2 * 1024);
}

TEST(Network, SendsATokenThroughSomeOfTheExperts) {
  const Network network = preset("mixtral-8x7b");
  Index routed = 0;
  for (const StaticMatmul& m : network.matmuls) {
    if (!m.routed()) continue;
    ++routed;
    EXPECT_EQ(m.active, 2);
    EXPECT_EQ(m.among, 8);
  }
  EXPECT_EQ(routed, 32 * 8 * 3);
  const Network bitnet = preset("bitnet-b1.58-2b-4t");
  EXPECT_EQ(bitnet.matmuls.front().levels, 3);
  EXPECT_EQ(bitnet.matmuls.back().levels, 0);  // the head is not ternary
}

TEST(Network, TellsTheTwoStacksApart) {
  const Network t5 = preset("t5-small");
  std::map<std::string, bool> source;
  for (const Index v : t5.order) source[t5.op(v).name] = reads_source(t5, v);
  EXPECT_TRUE(source.at("h.0.ffn.up"));
  EXPECT_TRUE(source.at("h.6.cross.kv"));
  EXPECT_TRUE(source.at("source.norm"));
  EXPECT_FALSE(source.at("h.6.cross.q"));
  EXPECT_FALSE(source.at("h.6.attn.qkv"));
  EXPECT_FALSE(source.at("head"));
  Index crossing = 0;
  for (const Index v : t5.order) crossing += is_cross_attention(t5, v) ? 1 : 0;
  EXPECT_EQ(crossing, 6 * (3 + 2));  // scores, softmax, values; its norm and residual count as well
}

TEST(Network, RefusesAnInconsistentShape) {
  TransformerSpec s = tiny::gpt2();
  s.n_heads = 7;
  EXPECT_THROW(build_network(s), ConfigError);
  EXPECT_THROW(build_network({}), ConfigError);
}

}  // namespace
}  // namespace ohm
