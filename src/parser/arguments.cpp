// The arguments of calls and classes, and the parameters of functions and lambdas.
#include "parser/parser_impl.h"

namespace kaa::parser {

// ---- arguments ------------------------------------------------------------------------------------------------------

Expr* Parser::starred_expression() {
  size_t start = pos_;
  if (!at(STAR)) return nullptr;
  if (diagnosing_) {
    diagnose_starred_expression();
    if (failed()) return nullptr;
  }
  pos_++;
  Expr* value = expression();
  if (!value) {
    if (diagnosing_ && !failed()) raise_last("Invalid star expression");
    return nullptr;
  }
  Starred* node = make<Starred>(start);
  node->value = value;
  return node;
}

// As many arguments as are in a valid order; stops before the comma whose argument does not fit. The order: positional
// and `*` arguments, then `name=` and `*`, then `name=` and `**`.
bool Parser::args(ArgList* out) {
  enum { kPositional, kKeyword, kDoubleStarred } phase = kPositional;
  ListOf<Expr> all(this);  // Expr and Keyword are told apart by position below
  std::vector<Keyword*> keywords;
  size_t before = pos_;
  bool any = false;
  for (;;) {
    size_t start = pos_;
    Expr* positional = nullptr;
    Keyword* keyword = nullptr;
    if (at(STAR)) {
      if (phase == kDoubleStarred) break;
      positional = starred_expression();
    } else if (at(DOUBLESTAR)) {
      if (diagnosing_) {
        diagnose_keyword_argument();
        if (failed()) return false;
      }
      pos_++;
      Expr* value = expression();
      if (value) {
        keyword = ast_.arena.make<Keyword>();
        keyword->loc = loc_from(start);
        keyword->value = value;
        phase = kDoubleStarred;
      }
    } else {
      bool named = at_name() && peek_second().type == EQUAL;
      if (!named && phase == kPositional) {
        if (at_name() && peek_second().type == COLONEQUAL) {
          positional = assignment_expression();
        } else {
          positional = expression();
          if (positional && at(COLONEQUAL)) positional = nullptr;
        }
        if (positional && at(EQUAL)) positional = nullptr;
      }
      if (failed()) return false;
      if (!positional) {
        pos_ = start;
        if (diagnosing_) {
          diagnose_keyword_argument();
          if (failed()) return false;
        }
        if (!named) break;
        keyword = ast_.arena.make<Keyword>();
        keyword->arg = accept_name();
        pos_++;
        keyword->value = expression();
        if (!keyword->value) {
          keyword = nullptr;
        } else {
          keyword->loc = loc_from(start);
          if (phase == kPositional) phase = kKeyword;
        }
      }
    }
    if (failed()) return false;
    if (!positional && !keyword) break;
    any = true;
    if (positional) {
      all.push(positional);
    } else {
      keywords.push_back(keyword);
    }
    before = pos_;
    if (!accept(COMMA)) break;
  }
  pos_ = before;
  if (!any) return false;
  out->args = all.take();
  out->keywords = ast_.copy_seq<Keyword*>(keywords.data(), keywords.size());
  return true;
}

// The arguments up to, not including, the closing parenthesis. False with the position reset when they do not fit.
bool Parser::arguments(ArgList* out, int closing) {
  size_t start = pos_;
  uint64_t key = (uint64_t)start << 8 | kRuleArguments;
  if (remembering_) {
    auto found = memo_.find(key);
    if (found != memo_.end()) {
      if (!found->second.node) return false;
      *out = *(ArgList*)found->second.node;
      pos_ = found->second.end;
      return true;
    }
  }
  bool fine = args(out);
  if (fine) {
    accept(COMMA);
    fine = at(closing);
  }
  if (failed()) return false;
  size_t end = pos_;
  if (!fine) {
    pos_ = end = start;
    if (diagnosing_) diagnose_arguments();
    if (failed()) return false;
  }
  if (remembering_) {
    ArgList* kept = fine ? ast_.arena.make<ArgList>() : nullptr;
    if (kept) *kept = *out;
    memo_[key] = Memo{kept, (uint32_t)end};
  }
  return fine;
}

// `func` is followed by '('. Null when what follows is no complete call.
Expr* Parser::call_after(Expr* func, size_t start) {
  size_t paren = pos_;
  ArgList list;
  if (remembering_) {
    Expr* generator = genexp();
    if (failed()) return nullptr;
    if (generator) {
      list.args = ast_.copy_seq<Expr*>(&generator, 1);
    } else {
      pos_ = paren + 1;
      if (!at(RPAR)) {
        arguments(&list, RPAR);
        if (failed()) return nullptr;
      }
      if (!accept(RPAR)) return nullptr;
    }
  } else {
    pos_++;
    if (!at(RPAR)) {
      if (!args(&list)) return nullptr;
      if (list.args.size == 1 && list.keywords.size == 0 && at_comprehension_for() && !list.args[0]->is<Starred>()) {
        GeneratorExp* generator = ast_.make<GeneratorExp>(Loc());
        generator->elt = list.args[0];
        if (!for_if_clauses(&generator->generators) || !accept(RPAR)) return nullptr;
        generator->loc = loc_from(paren);
        list.args[0] = generator;
        Call* node = make<Call>(start);
        node->func = func;
        node->args = list.args;
        return node;
      }
      accept(COMMA);
    }
    if (!accept(RPAR)) return nullptr;
  }
  Call* node = make<Call>(start);
  node->func = func;
  node->args = list.args;
  node->keywords = list.keywords;
  return node;
}

// ---- parameters -----------------------------------------------------------------------------------------------------

Arg* Parser::param(bool lambda, bool star_annotation) {
  size_t start = pos_;
  Name* name = accept_name();
  if (!name) return nullptr;
  Expr* annotation = nullptr;
  if (!lambda && accept(COLON)) {
    annotation = star_annotation ? star_expression() : expression();
    if (!annotation) return nullptr;
  }
  Arg* node = ast_.arena.make<Arg>();
  node->loc = loc_from(start);
  node->arg = name;
  node->annotation = annotation;
  return node;
}

Arguments* Parser::params_or_empty(bool lambda) {
  if (lambda_or_function_closing(lambda)) return ast_.arena.make<Arguments>();
  return parameters(lambda);
}

Arguments* Parser::parameters(bool lambda) {
  const int closing = lambda ? COLON : RPAR;
  if (diagnosing_) {
    diagnose_parameters(lambda);
    if (failed()) return nullptr;
  }
  Arguments* node = ast_.arena.make<Arguments>();
  ListOf<Arg> positional(this);
  std::vector<Arg*> keyword_only;
  std::vector<Expr*> keyword_defaults;
  std::vector<Expr*> defaults;
  size_t positional_only = 0;
  bool seen_slash = false, seen_star = false, bare_star = false;
  // A parameter's type comment follows its comma, or itself when it is the last.
  auto finish = [&](Arg* arg) {
    bool comma = accept(COMMA);
    if (!lambda && at(TYPE_COMMENT)) {
      if (arg) arg->type_comment = ast_.arena.copy(text(peek()));
      pos_++;
    }
    return comma;
  };
  for (;;) {
    if (accept(SLASH)) {
      if (seen_slash || seen_star || positional.size() == 0) return nullptr;
      seen_slash = true;
      positional_only = positional.size();
      if (!accept(COMMA)) break;
    } else if (at(STAR)) {
      if (seen_star) return nullptr;
      if (diagnosing_) {
        diagnose_star_etc(lambda);
        if (failed()) return nullptr;
      }
      pos_++;
      seen_star = true;
      if (accept(COMMA)) {
        bare_star = true;
        if (!at_name()) return nullptr;
      } else {
        node->vararg = param(lambda, true);
        if (!node->vararg) return nullptr;
        if (!finish(node->vararg)) break;
      }
    } else if (at(DOUBLESTAR)) {
      if (bare_star && keyword_only.empty()) return nullptr;
      if (diagnosing_) {
        diagnose_kwds(lambda);
        if (failed()) return nullptr;
      }
      pos_++;
      node->kwarg = param(lambda, false);
      if (!node->kwarg) return nullptr;
      finish(node->kwarg);
      break;
    } else if (at_name()) {
      Arg* arg = param(lambda, false);
      if (!arg) return nullptr;
      Expr* value = nullptr;
      if (at(EQUAL)) {
        if (diagnosing_) {
          Token equal = peek();
          pos_++;
          if (at(RPAR) || at(COMMA)) return (Arguments*)raise_loc(loc_of(equal), "expected default value expression");
          pos_--;
        }
        pos_++;
        value = expression();
        if (!value) return nullptr;
      }
      if (seen_star) {
        keyword_only.push_back(arg);
        keyword_defaults.push_back(value);
      } else {
        if (value) {
          defaults.push_back(value);
        } else if (!defaults.empty()) {
          // CPython's parser has looked at what follows before it gives up.
          if (finish(arg)) peek();
          return nullptr;
        }
        positional.push(arg);
      }
      if (!finish(arg)) break;
    } else {
      break;
    }
    if (at(closing)) break;
  }
  if (!at(closing) || failed()) return nullptr;
  if (bare_star && keyword_only.empty()) return nullptr;
  if (seen_slash && !check_version(8, "Positional-only parameters are")) return nullptr;
  Seq<Arg*> all = positional.take();
  node->posonlyargs = {all.data, (uint32_t)positional_only};
  node->args = {all.data + positional_only, all.size - (uint32_t)positional_only};
  node->kwonlyargs = ast_.copy_seq<Arg*>(keyword_only.data(), keyword_only.size());
  node->kw_defaults = ast_.copy_seq<Expr*>(keyword_defaults.data(), keyword_defaults.size());
  node->defaults = ast_.copy_seq<Expr*>(defaults.data(), defaults.size());
  return node;
}

}  // namespace kaa::parser
