// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/workload.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "mapping/network/context.h"
#include "mapping/network/experts.h"
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

[[noreturn]] void refuse(const TransformerSpec& spec, const std::string& text) {
  throw ArgumentError(fmt::format("workload of {}: {}", spec.name, text));
}

void check_imbalance(const TransformerSpec& spec, double imbalance) {
  const double most = most_imbalance(spec);
  if (imbalance >= 1.0 && imbalance <= most) return;
  const std::string limit =
      spec.n_experts == 0
          ? std::string("1: it has no experts")
          : fmt::format(
                "1 to {:g}: the load of the busiest expert over the mean, and each token "
                "chooses {} of {}",
                most, spec.experts_per_token, spec.n_experts);
  refuse(spec, fmt::format("expert_imbalance {}; expected {}", imbalance, limit));
}

void check_common(const TransformerSpec& spec, const Workload& workload, const Request& request) {
  constexpr Index kLargestBatch = 1 << 20;
  if (request.batch < 1 || request.batch > kLargestBatch) {
    refuse(spec, fmt::format("batch {}; expected 1 to {} sequences", request.batch, kLargestBatch));
  }
  if (request.prompt < 1) {
    refuse(spec, fmt::format("prompt {}; expected at least 1 token", request.prompt));
  }
  check_imbalance(spec, workload.expert_imbalance);
  for (const InputStatistics& activity : workload.activity) {
    for (const double share : {activity.bit_density, activity.cell_level}) {
      if (share >= 0.0 && share <= 1.0) continue;
      refuse(spec, fmt::format("an activity of {}; expected a share from 0 to 1", share));
    }
  }
}

Request resolve_encoder(const TransformerSpec& spec, const Workload& workload) {
  const Index prompt = workload.prompt.value_or(spec.context);
  if (workload.generate.value_or(0) != 0) {
    refuse(spec, fmt::format("generate {}; an encoder generates nothing: leave it out",
                             *workload.generate));
  }
  const Request request{false, prompt, 0, workload.batch};
  check_common(spec, workload, request);
  if (spec.is_image() && prompt != spec.context) {
    refuse(spec, fmt::format("prompt {}; an image is always {} tokens: leave it out", prompt,
                             spec.context));
  }
  if (prompt > spec.context) {
    refuse(spec, fmt::format("prompt {}; the network's context is {} tokens: shorten the input",
                             prompt, spec.context));
  }
  return request;
}

Request resolve_decoder(const TransformerSpec& spec, const Workload& workload) {
  constexpr Index kPrompt = 512, kGenerate = 128;
  const Index half = std::clamp<Index>(spec.context / 2, 1, kPrompt);
  const Index prompt = workload.prompt.value_or(half);
  // a second stack has positions of its own, the first of which is its start token's
  const Index start = start_tokens(spec);
  const Index taken = start > 0 ? start : std::clamp<Index>(prompt, 0, spec.context);
  const Index room = std::max<Index>(1, spec.context - taken);
  Request request{true, prompt, workload.generate.value_or(std::min(kGenerate, room)),
                  workload.batch, spec.widest_window()};
  request.expert_imbalance = workload.expert_imbalance;
  check_common(spec, workload, request);
  if (request.generate < 1) {
    refuse(spec,
           fmt::format("generate {}; expected at least 1 token: 1 is the answer to the prompt "
                       "alone",
                       request.generate));
  }
  if (prompt > spec.context || request.generate - 1 > spec.context - taken) {
    refuse(spec,
           fmt::format("prompt {} and generate {}; the network's context is {}: shorten either",
                       prompt, request.generate, context_text(spec)));
  }
  if (start > 0) {
    request.source = prompt;
    request.prompt = start;
  }
  return request;
}

}  // namespace

const InputStatistics& Workload::activity_of(Index matmul) const {
  static const InputStatistics kAssumed;
  if (activity.empty()) return kAssumed;
  return activity.size() == 1 ? activity.front() : activity.at(static_cast<size_t>(matmul));
}

Request resolve(const TransformerSpec& spec, const Workload& workload) {
  return spec.is_decoder() ? resolve_decoder(spec, workload) : resolve_encoder(spec, workload);
}

Index tighter(Index window, Index other) {
  if (window == 0 || other == 0) return std::max(window, other);
  return std::min(window, other);
}

Request within(Request request, Index window) {
  request.window = tighter(request.window, window);
  return request;
}

Request seen_by(const Network& network, Index vertex, const Request& request) {
  if (request.source == 0 || !is_cross_attention(network, vertex)) {
    return within(request, network.op(vertex).window);
  }
  return {false, request.source, 0, request.batch};
}

Request first_stack_of(const Request& request) {
  Request first{false, request.source, 0, request.batch};
  first.first_stack = true;
  first.kv_memory = request.kv_memory;
  return first;
}

std::vector<Request> passes_of(const Request& request) {
  if (request.source == 0) return {request};
  return {first_stack_of(request), request};
}

std::int64_t attended_positions(const Request& request, Index first, Index last) {
  if (last < first) return 0;
  const std::int64_t n = last - first + 1;
  if (!request.decoder) return n * request.prompt;
  const Index full = request.window == 0 ? last + 1 : std::clamp(request.window, first, last + 1);
  const std::int64_t growing = full - first;  // tokens that see all before them
  return growing * (first + 1 + full) / 2 + (n - growing) * request.window;
}

}  // namespace ohm
