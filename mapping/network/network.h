// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <string>
#include <vector>

#include "mapping/network/transformer_spec.h"

namespace ohm {

/// What an operator does to the vectors of its tokens.
enum class OpKind {
  embedding,         ///< table look-up (plus positions): DRAM reads
  matmul,            ///< static weights: lives in crossbars
  attention_scores,  ///< Q·Kᵀ / √head_size: both operands are activations
  softmax,
  attention_values,  ///< softmax · V
  norm,              ///< layer normalisation, or root-mean-square normalisation
  activation,
  residual,  ///< elementwise sum of its two inputs
  rope,      ///< rotates queries and keys by their position (Su et al., RoFormer, 2021)
  gate,      ///< elementwise product of its two inputs
  routing,   ///< softmax over the experts of a token and choice of the best
  combine,   ///< weighted sum of the experts of a token
};

/// One node of the operator graph. Sizes are per token.
struct Operator {
  OpKind kind = OpKind::embedding;
  std::string name{};      ///< "h.0.attn.qkv"
  int layer = -1;          ///< -1 before the first and after the last layer
  Index in_features = 0;   ///< length of the input vector
  Index out_features = 0;  ///< length of the output vector
  Index matmul = -1;       ///< position in Network::matmuls
  Index norm = -1;         ///< number of a norm, in the order of the computation
  std::string function{};  ///< of an activation: gelu | gelu_tanh | relu | tanh | silu | relu2
  bool once = false;       ///< acts on one token of a sequence only (pooler, classifier)
  bool output = false;     ///< acts on tokens whose output is wanted only (head of a decoder)
  Index expert = -1;       ///< number of the routed expert that it is part of
  Index window = 0;        ///< of attention: positions that a token sees; 0: all before it
};

/// A matrix with static weights: out = in · W + bias, W of shape (rows, columns).
struct StaticMatmul {
  Index id = 0;        ///< position in Network::matmuls; keys its random streams
  std::string name{};  ///< that of its operator
  /// patch | qkv | attn_out | ffn_up | ffn_gate | ffn_down | pooler | head; head_dense
  /// (before a masked_head's head); embed_in | embed_out (tables narrower than the layers); router;
  /// q | q_a | q_b | kv_a | kv_b (MLA); cross_q | cross_kv | cross_out (second stack); of an
  /// adapter: AdapterModule::input with _lora_a, part with _lora_b
  std::string part{};
  int layer = -1;
  Index rows = 0;     ///< inputs, wordlines
  Index columns = 0;  ///< outputs
  bool bias = true;
  bool once = false;
  Index expert = -1;            ///< number of the routed expert that it is part of
  Index active = 1, among = 1;  ///< a token uses `active` of `among` matrices of this kind
  bool source = false;          ///< acts on source tokens: first stack and cross_kv of t5
  Index levels = 0;             ///< values of a weight: 3: ternary; 0: a real number

  Index weights() const { return rows * columns; }
  bool routed() const { return among > 1; }
};

using OperatorGraph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Operator>;

/// A Transformer as a graph of operators; edges carry activations from producer to consumer.
struct Network {
  TransformerSpec spec;
  OperatorGraph graph;
  std::vector<Index> order;           ///< vertices, every producer before its consumers
  std::vector<StaticMatmul> matmuls;  ///< in the order of the computation

  const Operator& op(Index vertex) const { return graph[static_cast<size_t>(vertex)]; }
};

/// The operator graph of a Transformer; ConfigError where the shape is inconsistent.
///
/// Along every edge the producer's out_features are the consumer's in_features, with one exception:
/// attention_values reads the probabilities (in_features = n_heads) and, along a second edge from
/// the merged qkv matmul, the values. Scores and softmax count n_heads per position attended to.
/// Grouped queries: qkv has (n_heads + 2 n_kv_heads) head_size outputs; with rope, scores read the
/// rotated ones. MLA: scores read the queries and the latent keys, values the latent ones again;
/// kv_b is counted once per token, folded into queries and outputs (DeepSeek-V2, 2.1.2). Experts:
/// every one has its operators, of which a token uses active / among; combine reads all of them.
/// Adapters beside a matrix (Hu et al., LoRA, 2021): two matrices in a row that read its input, and
/// the sum of both results, a residual; of several modules (adapter_modules()) one after the other,
/// each residual passing on what it does not change.
/// t5: cross-attention's keys and values are a matmul that reads the first stack.
/// The embedding of a text has no input (in_features = 0); that of an image adds class token and
/// positions to the outputs of the patch matmul. The pooler is part of the graph where a classifier
/// reads it, unless there is a masked_head, which is what tokens pass.
Network build_network(const TransformerSpec& spec);

/// Multiply-accumulates of one token in static weights, routed experts by their share; with two
/// stacks, of one token in each. Output matrix included, `once` matrices not.
Index macs_per_token(const Network& network);

/// Whether an operator works on source tokens: the first stack of t5, and the keys and values that
/// the second one reads.
bool reads_source(const Network& network, Index vertex);

/// Whether an attention operator's keys and values are those of source tokens.
bool is_cross_attention(const Network& network, Index vertex);

}  // namespace ohm
