-- What each employee sold. Lines without an employee are a row of their own, with no id.
-- grain: employee_id
-- needs: fct_sales.employee_id
with

sales as (
    select * from fct_sales
),

employees as (
    select * from dim_employee
),

sold as (
    select
        employee_id,
        count(distinct case when not is_return then order_id end) as orders,
        count(*) as lines,
        count(distinct case when not is_return then customer_id end) as buyers,
        sum(quantity) as units,
        sum(net_amount_base) as revenue,
        sum(cost_amount_base) as cost,
        sum(net_amount_base - cost_amount_base) as profit,
        min(case when not is_return then sales_day end) as first_sale_day,
        max(case when not is_return then sales_day end) as last_sale_day
    from sales
    group by employee_id
),

final as (
    select
        sold.employee_id,
        employees.employee_name,
        employees.gender,
        employees.hire_day,
        employees.city,
        employees.country,
        sold.orders,
        sold.lines,
        sold.buyers,
        sold.units,
        sold.revenue,
        sold.cost,
        sold.profit,
        safe_ratio(sold.revenue, sold.orders) as average_order_value,
        sold.first_sale_day,
        sold.last_sale_day,
        sold.orders > 1 as is_repeat_employee,
        rank() over (order by sold.revenue desc) as revenue_rank
    from sold
    left join employees on sold.employee_id = employees.employee_id
)

select * from final
