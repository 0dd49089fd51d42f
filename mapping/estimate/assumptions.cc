// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/assumptions.h"

#include <fmt/format.h>

#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"

namespace ohm {
namespace {

using Sentences = std::vector<std::string>;

void add_network(const TransformerSpec& spec, const DigitalSpec& digital, Sentences& list) {
  if (spec.gated_ffn && !digital.gate.counts.any()) {
    list.push_back("the product with a gate costs what a residual sum costs");
  }
  if (spec.norm == "rmsnorm" && !digital.rmsnorm.counts.any()) {
    list.push_back("rmsnorm costs what layer normalisation costs");
  }
  if (spec.is_latent()) {
    list.push_back(
        "latent attention is absorbed: queries and outputs are folded with kv_b, scores and values "
        "work on one latent per position, of which every team of tiles holds a copy");
  }
  if (spec.n_decoder_layers > 0) {
    list.push_back("the second stack begins when the first has finished for every sequence");
  }
  if (spec.weight_levels > 0) {
    list.push_back("weights of few levels are stored as the macro's weights: no smaller cells");
  }
  if (spec.lora_rank > 0 && !spec.has_adapters()) {
    list.push_back(
        "low-rank adapters are merged into their matrices, which another adapter reprograms");
  }
}

void add_experts(const TransformerSpec& spec, const Request& request, Sentences& list) {
  if (spec.n_experts == 0) return;
  list.push_back(fmt::format(
      "routed experts: a token uses one of each of {} groups of neighbours, whose members take "
      "turns; the busiest works on {:.3g} of the tokens; the middle one stands for its group, "
      "also "
      "for how far messages travel",
      spec.experts_per_token, expert_share(spec, request.expert_imbalance)));
}

/// Keys and values narrower than the queries that meet them, or than the cells that hold them.
void add_kv_bits(const ChipSpec& chip, Sentences& list) {
  const Index bits = chip.kv_bits, cells = chip.macro.weight.bits;
  if (chip.attention.kind == "rram_kv" && bits < cells) {
    list.push_back(fmt::format(
        "a key or value of {} bits takes the cells and reads of a weight of {}", bits, cells));
  }
  if (bits >= chip.query_bits()) return;
  list.push_back(fmt::format(
      "queries keep {} bits beside keys and values of {}: products cost what their unit takes at "
      "its own width, so that narrow keys save bytes (and columns of sram_cim), no multipliers",
      chip.query_bits(), bits));
  list.push_back(
      "scales and zeros of keys and values, and the arithmetic with them, are not counted: a pair "
      "of 16 bits for each 64 elements is half a bit more of each, which one more of kv_bits "
      "covers");
}

/// What its engine does with attention, and what it leaves out.
void add_attention(const ChipSpec& chip, const Request& request, Sentences& list) {
  const AttentionSpec& spec = chip.attention;
  add_kv_bits(chip, list);
  if (request.kv_memory >= 0) {
    list.push_back(
        "keys and values lie in a memory of their own, whose transfers wait for those of the DRAM");
  }
  if (!spec.in_memory()) return;
  list.push_back(
      "a token's scores wait until its key and value are written; all arrays of a tile multiply "
      "side by side, and none is read while any is written");
  if (spec.window > 0 && request.window == spec.window && spec.truncate) {
    list.push_back(fmt::format(
        "attention is cut to the last {} positions, which changes the network's function",
        spec.window));
  }
  if (spec.kind == "rram_kv") {
    list.push_back(
        "cells of keys and values are overwritten without being erased first, at the pulses of "
        "an average change; relaxation and failed cells are not in the score");
  }
  if (spec.kind == "gain_cell") {
    list.push_back(
        "a hard sigmoid takes the place of softmax, keys and values have 8 levels: the network "
        "has to be trained for it, which the score does not show");
  }
}

void add_map(const MapSpec& map, Sentences& list) {
  if (map.duplication != "none") {
    list.push_back(
        "copies of a matrix take tokens in turn; the first copy's tile gathers the sums of all, "
        "and "
        "the score is that of one copy");
  }
  if (map.packing != "none") {
    list.push_back(
        "blocks that share an array take turns; the score is that of blocks in arrays of their "
        "own");
  }
}

void add_buffers(const ChipSpec& chip, Sentences& list) {
  if (chip.buffer.when_full == "grow") {
    list.push_back(
        "buffers between operators are not bounded: tokens wait in them, however many there are "
        "(buffer.when_full: wait bounds them)");
    return;
  }
  list.push_back(
      "a step that is ready takes the space of what it leaves, in the buffers of all tiles that "
      "get it, before it queues for anything else, until the last reader has ended; the oldest "
      "token never waits for space, and one that needs more than a tile has passes in pieces, "
      "alone");
  list.push_back(
      "logits are sampled as they come, and keys and values read back from a memory are multiplied "
      "as they come: neither takes space");
}

void add_chip(const Mapping& mapping, Sentences& list) {
  if (mapping.chip.spec.dram.background.si() == 0.0) {
    list.push_back("the DRAM states no background power: none is included");
  }
  if (mapping.chip.spec.gating.gates_idle_tiles()) {
    list.push_back(
        "tiles are gated before the request and after their last step; bytes that arrive in a "
        "buffer do not wake its tile");
  }
  if (mapping.chip.kinds.size() > 1) {
    list.push_back(
        "tiles of each kind of macro stand where the network wants them; a hop is as long as the "
        "side of the largest kind of tile");
  }
  if (has_kinds(mapping.chip.spec)) {
    list.push_back(
        "replicas of a matrix all read every token; their results are added up as partial sums "
        "are, and the division by their number is part of the scale");
  }
  if (!mapping.chip.spec.dies.empty()) {
    list.push_back(
        "dies without weights are rectangles of as many tiles as the other chips, with their "
        "buffers, digital units and routers, and are never switched off");
  }
  if (mapping.chip.mesh.n_chips() > 1) {
    list.push_back(
        "a link between chips reaches all routers along the edge of the die; a multicast crosses "
        "it once, all other traffic over this edge shares it");
    list.push_back(
        "embeddings, inputs and a digital head are in the DRAM of the first chip, keys and values "
        "in those of the chips that attend to them; chips without DRAM use the nearest one");
    list.push_back("chips stand in a full grid, and all of them are on");
  }
  for (const DieSpec& die : mapping.chip.spec.dies) {
    if (die.links.empty()) continue;
    list.push_back(
        fmt::format("edges between {} and the chips of its package beside it take {} x {} each, "
                    "whose area is spread over all chips",
                    die.name, die.links.front().links_per_edge, die.links.front().link.name));
  }
  const double reticles = mapping.chip.area() / mapping.chip.spec.reticle;
  if (reticles > 1.0) {
    list.push_back(
        fmt::format("the chip takes {:.1f} reticles of {:.0f} mm2: links between its dies are "
                    "costed as on chip",
                    reticles, mapping.chip.spec.reticle.si() * 1e6));
  }
}

}  // namespace

std::vector<std::string> assumptions_of(const Mapping& mapping, const Request& request) {
  Sentences list;
  if (!mapping.chip.attention) {
    list.push_back(
        "keys and values are read from the buffers for every token again: no reuse between "
        "tokens");
  }
  const Sentences always{
      "a token's keys and values go to the tile whose turn it is; for its way, that of the tile in "
      "the middle of the team stands",
      "DRAM traffic reaches the tiles without loading the mesh and without energy of the network "
      "on chip",
      "a step takes as long as its lanes or its bytes in the buffer do; concurrent steps on one "
      "tile each see the buffer's full bandwidth",
      "routers of switched-off tiles are on and draw nothing",
      "sampling and moving logits off the chip take no time",
      "accuracy computes attention in fp32: kv_bits changes cost, not the score",
      "a vector moves whole: steps of one token do not overlap within an operator",
      "batches share no work: every token passes through every macro by itself",
      "area counts the tiles that hold weights; DRAM and package are not included"};
  add_buffers(mapping.chip.spec, list);
  list.insert(list.end(), always.begin(), always.end());
  const TransformerSpec& spec = mapping.network.spec;
  add_network(spec, mapping.chip.spec.digital, list);
  add_experts(spec, request, list);
  add_map(mapping.chip.spec.map, list);
  add_attention(mapping.chip.spec, request, list);
  if (request.decoder) {
    list.push_back("a decoder's output matrix runs once per generated token only");
  }
  add_chip(mapping, list);
  return list;
}

}  // namespace ohm
