-- What is bought together: who has the products on the left has the one on the right, more often than others have.
-- `mean_rest_amount` is what else those who have the left side have in their baskets, the right side included.
-- Rules that are not `is_beyond_chance` are such as shuffled products would have, too.
-- grain: rule_rank
-- needs: basket_rule.consequent
with

rules as (
    select * from basket_rule
),

products as (
    select * from dim_product
),

final as (
    select
        rules.rule_rank,
        rules.antecedent_1,
        first_products.product_name as antecedent_1_name,
        rules.antecedent_2,
        second_products.product_name as antecedent_2_name,
        rules.antecedent_3,
        third_products.product_name as antecedent_3_name,
        rules.consequent,
        consequents.product_name as consequent_name,
        rules.as_of,
        rules.baskets,
        rules.antecedent_baskets,
        rules.consequent_baskets,
        rules.rule_baskets,
        rules.support,
        rules.confidence,
        rules.lift,
        rules.is_beyond_chance,
        rules.rest_amount,
        safe_ratio(rules.rest_amount, rules.antecedent_baskets) as mean_rest_amount
    from rules
    left join products as first_products on rules.antecedent_1 = first_products.product_id
    left join products as second_products on rules.antecedent_2 = second_products.product_id
    left join products as third_products on rules.antecedent_3 = third_products.product_id
    left join products as consequents on rules.consequent = consequents.product_id
)

select * from final
