-- How each customer buys. Every aggregate has a step of its own, at one row a customer, before anything is joined.
-- A purchase is a line that is no return; spend has the returns taken off.
-- grain: customer_id
with

sales as (
    select * from fct_sales
),

customers as (
    select * from dim_customer
),

products as (
    select * from dim_product
),

totals as (
    select
        customer_id,
        count(distinct case when not is_return then order_id end) as total_orders,
        count(*) as total_lines,
        sum(quantity) as total_units,
        sum(net_amount_base) as total_spent,
        sum(net_amount_base - cost_amount_base) as total_profit,
        sum(case when discount_amount <> 0 then 1 else 0 end) as discounted_lines,
        count(discount_amount) as lines_with_known_discount,
        sum(case when discount_amount <> 0 then net_amount_base when discount_amount = 0 then 0 end) as discounted_spend,
        min(case when not is_return then sales_day end) as first_purchase_day,
        max(case when not is_return then sales_day end) as last_purchase_day,
        count(distinct case when not is_return then sales_day end) as purchase_days
    from sales
    group by customer_id
),

category_lines as (
    select
        sales.customer_id,
        products.category,
        count(*) as lines,
        sum(sales.net_amount_base) as revenue
    from sales
    left join products on sales.product_id = products.product_id
    where products.category is not null and not sales.is_return
    group by sales.customer_id, products.category
),

-- Of categories with as many lines the one with more revenue comes first, then the first of the alphabet.
category_ranks as (
    select
        customer_id,
        category,
        row_number() over (partition by customer_id order by lines desc, revenue desc, category) as place
    from category_lines
),

favourites as (
    select
        customer_id,
        category as most_frequent_category
    from category_ranks
    where place = 1
),

weekly_orders as (
    select
        customer_id,
        week_of(sales_day) as week,
        count(distinct order_id) as orders
    from sales
    where not is_return
    group by customer_id, week_of(sales_day)
),

weeks as (
    select
        customer_id,
        count(*) as active_weeks,
        sum(orders) as orders
    from weekly_orders
    group by customer_id
),

final as (
    select
        totals.customer_id,
        customers.customer_name,
        customers.gender,
        customers.birth_day,
        customers.segment,
        customers.city,
        customers.state,
        customers.country,
        totals.total_orders,
        totals.total_lines,
        totals.total_units,
        totals.total_spent,
        totals.total_profit,
        safe_ratio(totals.total_spent, totals.total_orders) as average_order_value,
        safe_ratio(totals.total_units, totals.total_orders) as average_basket_size,
        safe_ratio(totals.discounted_lines, totals.lines_with_known_discount) as discount_rate,
        safe_ratio(totals.discounted_spend, totals.total_spent) as discount_amount_rate,
        favourites.most_frequent_category,
        coalesce(weeks.active_weeks, 0) as active_weeks,
        safe_ratio(weeks.orders, weeks.active_weeks) as average_weekly_orders,
        safe_ratio(totals.total_spent, weeks.active_weeks) as average_weekly_spend,
        totals.first_purchase_day,
        totals.last_purchase_day,
        totals.purchase_days,
        totals.total_orders > 1 as is_repeat_customer
    from totals
    left join customers on totals.customer_id = customers.customer_id
    left join favourites on totals.customer_id = favourites.customer_id
    left join weeks on totals.customer_id = weeks.customer_id
)

select * from final
