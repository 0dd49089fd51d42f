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

double tokens_of(const Request& request) {
  return static_cast<double>(request.prompt) * static_cast<double>(request.batch);
}

/// Half as much of it.
Shortening half_of(Shortening shortening) {
  if (shortening.sequences > 1) return {shortening.stride, shortening.sequences / 2};
  return {2 * shortening.stride, 1};
}

bool is_whole(Shortening shortening, const Request& prompts) {
  return shortening.stride == 1 && shortening.sequences == prompts.batch;
}

/// The shortened prompts, of one sequence as far as the half of them.
Request few_of(const Request& prompts, Shortening shortening) {
  Request few = shortened(prompts, shortening);
  if (is_whole(shortening, prompts) || few.batch > 1) return few;
  few.prompt = 2 * shortened(prompts, half_of(shortening)).prompt;
  return few;
}

/// Outputs of sequences that end one behind the other.
std::vector<Picoseconds> spread(Picoseconds last, double apart, Index batch) {
  std::vector<Picoseconds> outputs;
  for (Index behind = batch - 1; behind >= 0; --behind) {
    outputs.push_back(last - std::llround(apart * static_cast<double>(behind)));
  }
  return outputs;
}

}  // namespace

Index Shortening::ratio(const Request& prompts) const {
  return static_cast<Index>(std::ceil(tokens_of(prompts) / tokens_of(shortened(prompts, *this))));
}

Request shortened(const Request& prompts, Shortening shortening) {
  Request few = prompts;
  few.prompt = std::max<Index>(1, prompts.prompt / shortening.stride);
  few.stride = shortening.stride;
  few.batch = shortening.sequences;
  return few;
}

Shortening shorten_to(double tokens, const Request& prompts) {
  const auto most = static_cast<Index>(std::clamp(tokens, 2.0, 1e9));
  const Index sequences = std::min(prompts.batch, most / prompts.prompt);
  if (sequences == prompts.batch || sequences == 1) return {1, sequences};
  if (sequences > 1) return {1, sequences / 2 * 2};  // as many as twice the half of them
  return {std::max<Index>(1, std::min((prompts.prompt - 1) / most + 1, prompts.prompt / 2)), 1};
}

std::vector<Picoseconds> lengthened(const Request& prompts, Shortening shortening,
                                    const OutputsOf& outputs_of) {
  const Request few = few_of(prompts, shortening);
  const std::vector<Picoseconds> outputs = outputs_of(few);
  if (is_whole(shortening, prompts)) return outputs;
  const Request half = shortened(prompts, half_of(shortening));
  const auto grown = static_cast<double>(outputs.back() - outputs_of(half).back());
  const double apart = std::max(0.0, grown) / (tokens_of(few) - tokens_of(half));
  const double more = tokens_of(prompts) - tokens_of(few);
  return spread(outputs.back() + std::llround(apart * more), apart, prompts.batch);
}

LengthenedPrompt lengthen(const CarriedPlan& carried, const Request& prompts,
                          Shortening shortening) {
  LengthenedPrompt whole;
  whole.outputs = lengthened(prompts, shortening, [&](const Request& request) {
    Schedule s = schedule(carried.plan, request, 0, carried.watched());
    std::vector<Picoseconds> outputs = s.outputs;
    if (whole.simulated.outputs.empty()) whole.simulated = std::move(s);
    return outputs;
  });
  const Request few = few_of(prompts, shortening);
  const Picoseconds left = added(carried, whole.simulated, few, prompts);
  for (Picoseconds& output : whole.outputs) output += left;
  return whole;
}

}  // namespace ohm
