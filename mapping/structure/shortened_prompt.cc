// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/shortened_prompt.h"

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

/// What layers left out add to a token (counted from 0) that is alone on the chip.
Picoseconds alone(const CarriedPlan& carried, Request prompt, Index token) {
  prompt.batch = 1;
  prompt.prompt = token;
  prompt.generate = 2;
  const Schedule s = schedule_generated(carried.plan, prompt, carried.watched());
  return repeat_last(carried, s.watched, static_cast<size_t>(token));
}

/// What they add to tokens of the later half, on average.
double added_later(const CarriedPlan& carried, const Schedule& s, const Request& request) {
  double sum = 0.0;
  const Index first = request.prompt / 2 * request.batch, end = request.prompt * request.batch;
  for (Index job = first; job < end; ++job) {
    sum += static_cast<double>(repeat_last(carried, s.watched, static_cast<size_t>(job)));
  }
  return sum / static_cast<double>(end - first);
}

/// Of all layers left out, for the last token.
Picoseconds added(const CarriedPlan& carried, const Schedule& s, const Request& request,
                  const Request& prompt) {
  if (carried.is_whole()) return 0;
  if (prompt.prompt < 2) return std::llround(added_later(carried, s, request));
  const Picoseconds amid = alone(carried, prompt, 3 * prompt.prompt / 4);
  const auto waited = added_later(carried, s, request) - static_cast<double>(amid);
  return alone(carried, prompt, prompt.prompt - 1) + std::llround(std::max(0.0, waited));
}

}  // namespace

Request shortened(const Request& prompt, Index stride) {
  Request few = prompt;
  few.prompt = std::max<Index>(1, prompt.prompt / stride);
  few.stride = stride;
  return few;
}

Index stride_to(double tokens, const Request& prompt) {
  const auto most = static_cast<Index>(std::clamp(tokens, 2.0, 1e9));
  return std::max<Index>(1, std::min((prompt.prompt - 1) / most + 1, prompt.prompt / 2));
}

LengthenedPrompt lengthen(const CarriedPlan& carried, const Request& prompt, Index stride) {
  const Request half = shortened(prompt, 2 * stride);
  Request request = shortened(prompt, stride);
  if (stride > 1) request.prompt = 2 * half.prompt;  // as far as the half of them
  LengthenedPrompt whole{{}, schedule(carried.plan, request, 0, carried.watched())};
  whole.outputs = whole.simulated.outputs;
  if (stride > 1) {
    const std::vector<Picoseconds> before = schedule(carried.plan, half).outputs;
    const double more = static_cast<double>(prompt.prompt - request.prompt) /
                        static_cast<double>(request.prompt - half.prompt);
    for (size_t s = 0; s < before.size(); ++s) {
      const auto grown = static_cast<double>(whole.outputs[s] - before[s]);
      whole.outputs[s] += std::llround(more * std::max(0.0, grown));
    }
  }
  const Picoseconds left = added(carried, whole.simulated, request, prompt);
  for (Picoseconds& output : whole.outputs) output += left;
  return whole;
}

}  // namespace ohm
